/**
 * Handlers: what must and must not compile.
 */

import { describe, test } from 'node:test'
import type { AnyActor } from '../../src/define/actor.js'
import { defineApp } from '../../src/define/app.js'
import { defineHandler, type HandlerDefinition } from '../../src/define/handler.js'
import { compiles, type Equal, type Expect } from './equal.js'
import { Customer, Order } from './shop.js'

describe('a handler infers', () => {
  test('its name', () => {
    const confirm = defineHandler('confirm', { from: [Order], on: {} })

    compiles((): Expect<Equal<typeof confirm, HandlerDefinition<'confirm'>>> => true)
  })

  test('the event of each reaction, from every actor it reads', () => {
    compiles(() =>
      defineHandler('confirm', {
        from: [Order, Customer],
        on: {
          OrderPaid: async (event, context) => {
            const method: 'card' | 'bank' | 'wallet' = event.data.method
            const attempt: number = context.attempt
            const text: string = context.idempotencyKey + context.handler + method + attempt
            return fetch(text, { signal: context.signal })
          },
          CustomerNamed: (event) => event.data.name,
        },
      }),
    )
  })

  test('the events among which its key chooses', () => {
    compiles(() =>
      defineHandler('confirm', {
        from: [Order],
        on: {},
        key: (event) =>
          event.type === 'OrderCreated' ? event.data.customerId : event.data.paymentId,
      }),
    )
  })

  test('the commands and their data when it sends to an actor', () => {
    compiles(() =>
      defineHandler('confirm', {
        from: [Order],
        on: {
          OrderCreated: async (event, { send }) => {
            const name = event.data.customerId
            const receipt = await send(Customer, name, 'rename', { name })
            await send('Customer', name, 'whatever', { any: 'thing' })
            const position: number = receipt.position
            return position
          },
        },
      }),
    )
  })
})

describe('a handler does not compile', () => {
  test('with a reaction to an event that none of its actors has', () => {
    compiles(() =>
      defineHandler('confirm', {
        from: [Order],
        on: {
          // @ts-expect-error a misspelt event
          OrderPayed: () => {},
        },
      }),
    )
    compiles(() =>
      defineHandler('confirm', {
        from: [Order],
        on: {
          // @ts-expect-error an event of an actor that is not read
          CustomerNamed: () => {},
        },
      }),
    )
  })

  test('with a field that an event does not have', () => {
    compiles(() =>
      defineHandler('confirm', {
        from: [Order],
        on: {
          // @ts-expect-error a field of another event
          OrderPaid: (event) => event.data.customerId,
        },
      }),
    )
  })

  test('with a key that is no text, or reads what not every event has', () => {
    // @ts-expect-error a key is a text
    compiles(() => defineHandler('confirm', { from: [Order], on: {}, key: (e) => e.version }))
    compiles(() =>
      defineHandler('confirm', {
        from: [Order],
        on: {},
        // @ts-expect-error only one of the events has it
        key: (event) => event.data.customerId,
      }),
    )
  })

  test('with options that are misspelt or out of their set', () => {
    // @ts-expect-error a misspelt option
    compiles(() => defineHandler('confirm', { from: [Order], on: {}, partition: 4 }))
    // @ts-expect-error a misspelt retry option
    compiles(() => defineHandler('confirm', { from: [Order], on: {}, retry: { attempts: 3 } }))
    // @ts-expect-error an unknown dead letter mode
    compiles(() => defineHandler('confirm', { from: [Order], on: {}, deadLetter: 'drop' }))
    // @ts-expect-error an unknown start
    compiles(() => defineHandler('confirm', { from: [Order], on: {}, startFrom: 'now' }))
    // @ts-expect-error an unknown place to run
    compiles(() => defineHandler('confirm', { from: [Order], on: {}, runsOn: 'thread' }))
  })

  test('with a timer for a command that its actor does not have, or at no time', () => {
    compiles(() =>
      defineHandler('welcome', {
        from: [Order],
        on: {
          OrderCreated: async (_event, { schedule, cancelTimer }) => {
            const time = { afterMs: 1_000, everyMs: 60_000 }
            await schedule('t', Customer, '1', 'rename', { name: 'n' }, time)
            await schedule('t', 'Customer', '1', 'whatever', { any: 1 }, { at: new Date() })
            const wasThere: boolean = await cancelTimer('t')
            // @ts-expect-error misspelt command
            await schedule('t', Customer, '1', 'renam', { name: 'n' }, time)
            // @ts-expect-error misspelt field
            await schedule('t', Customer, '1', 'rename', { nam: 'n' }, time)
            // @ts-expect-error no time
            await schedule('t', Customer, '1', 'rename', { name: 'n' })
            // @ts-expect-error misspelt option
            await schedule('t', Customer, '1', 'rename', { name: 'n' }, { after: 1 })
            return wasThere
          },
        },
      }),
    )
  })

  test('with a command that the actor it sends to does not have', () => {
    compiles(() =>
      defineHandler('confirm', {
        from: [Order],
        on: {
          OrderCreated: async (_event, { send }) => {
            // @ts-expect-error a misspelt command
            await send(Customer, '1', 'renam', { name: 'n' })
            // @ts-expect-error a misspelt field
            await send(Customer, '1', 'rename', { nam: 'n' })
            // @ts-expect-error a field of the wrong type
            await send(Customer, '1', 'rename', { name: 7 })
          },
        },
      }),
    )
  })
})

describe('an app', () => {
  test('takes any actors, projectors and handlers', () => {
    compiles(() => defineApp({ actors: [Order, Customer] }))
    compiles((): AnyActor => Order)
  })

  test('does not compile with parts in the wrong place', () => {
    const confirm = defineHandler('confirm', { from: [Order], on: {} })

    // @ts-expect-error a handler is no projector
    compiles(() => defineApp({ actors: [Order], projectors: [confirm] }))
    // @ts-expect-error an actor is no handler
    compiles(() => defineApp({ actors: [Order], handlers: [Order] }))
    // @ts-expect-error an app has actors
    compiles(() => defineApp({ handlers: [confirm] }))
  })
})
