/**
 * Sagas: what is inferred, what must and what must not compile.
 */

import { describe, test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { defineHandler } from '../../src/define/handler.js'
import { defineProjector, rowType } from '../../src/define/projector.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { compiles, type Equal, type Expect } from './equal.js'
import { Customer, Order } from './shop.js'

interface State {
  readonly status: 'open' | 'paid'
  readonly productIds: readonly string[]
}

declare const runtime: Runtime

const open = (): State => ({ status: 'open', productIds: [] })

const Fulfilment = defineSaga('Fulfilment', {
  from: [Order, Customer],
  startOn: 'OrderCreated',
  state: open,
  on: { OrderPaid: () => [] },
  messages: {
    remind: (_state, data: { readonly text: string }, { send, sagaId }) =>
      send(Customer, sagaId, 'rename', { name: data.text }),
    note: (state, data: { readonly days?: number }, { become }) => become({ ...state, ...data }),
    tick: (state, _data, { become }) => become({ ...state, status: 'paid' }),
    stop: () => [],
  },
})

describe('a saga infers', () => {
  test('its name, its state and its messages', () => {
    const fulfilment = () => runtime.saga(Fulfilment, '1')
    const name: 'Fulfilment' = Fulfilment.name

    compiles((): Expect<Equal<Awaited<ReturnType<typeof state>>, State | undefined>> => true)
    const state = () => fulfilment().state()
    compiles(() => [name, fulfilment().send('remind', { text: 'soon' })])
    compiles(() => [fulfilment().send('tick'), fulfilment().message('stop', { any: 'thing' })])
    compiles(() => [fulfilment().send('note', { days: 3 })])
  })

  test('the state from what the first event makes', () => {
    const saga = defineSaga('Counting', {
      from: [Order],
      startOn: 'OrderCreated',
      state: ({ data }) => ({ cents: data.totalCents }),
      on: { OrderPaid: ({ cents }, { data }) => (cents > data.amountCents ? [] : []) },
    })
    const state = () => runtime.saga(saga, '1').state()

    compiles(
      (): Expect<Equal<Awaited<ReturnType<typeof state>>, { cents: number } | undefined>> => true,
    )
  })

  test('the events that start it, in state and key', () => {
    compiles(() =>
      defineSaga('Fulfilment', {
        from: [Order, Customer],
        startOn: ['OrderCreated', 'CustomerNamed'],
        state: (event) => (event.type === 'OrderCreated' ? event.data.customerId : event.data.name),
        key: (event) => (event.type === 'OrderPaid' ? event.data.paymentId : null),
        on: { OrderPaid: () => [] },
      }),
    )
    compiles(() =>
      defineSaga('Fulfilment', {
        from: [Order],
        startOn: 'OrderCreated',
        state: open,
        key: { OrderCreated: ({ data }) => data.customerId, OrderPaid: () => null },
        on: { OrderPaid: () => [] },
      }),
    )
  })

  test('events, state and effects of its reactions', () => {
    compiles(() =>
      defineSaga('Fulfilment', {
        from: [Order],
        startOn: 'OrderCreated',
        state: open,
        on: {
          OrderPaid: (state, { data }, { send, become, schedule, message, now, sagaId }) => {
            const method: 'card' | 'bank' | 'wallet' = data.method
            return [
              send(Customer, sagaId, 'rename', { name: method }),
              send('Customer', sagaId, 'whatever', { any: 'thing' }),
              become({ ...state, status: 'paid' }),
              schedule('soon', { afterMs: 1 }, message('remind', { text: 'x' })),
              schedule('then', { at: now }, send(Order, sagaId, 'close', {})),
            ]
          },
          OrderCreated: (_state, _event, { complete }) => complete(),
        },
        rejected: ({ status }, { reason, actor, command }, { fail, ignore }) =>
          status === 'paid' ? fail(reason, actor + command) : ignore(),
      }),
    )
  })

  test('state, events and commands of its steps', () => {
    compiles(() =>
      defineSaga('Fulfilment', {
        from: [Order],
        startOn: 'OrderCreated',
        state: open,
        steps: ({ step, when, all, first, fail }) => [
          step('name', {
            send: ({ status }, { send, sagaId }) =>
              send(Customer, sagaId, 'rename', { name: status }),
            onAnswer: (state, { streamId, position }) => ({
              ...state,
              productIds: [streamId, String(position)],
            }),
            until: {
              OrderPaid: (state, { data }, { ignore, fail }) => {
                if (data.method === 'card') return ignore()
                return data.amountCents === 0 ? fail('NOTHING') : { ...state, status: 'paid' }
              },
            },
            compensate: {
              send: (_state, { send }) => send(Customer, '1', 'rename', { name: '' }),
            },
          }),
          when('paid', ({ status }) => status === 'paid', [], fail('unpaid', 'UNPAID')),
          all('both', [
            step('a', { until: { OrderPaid: () => ({ status: 'paid', productIds: [] }) } }),
          ]),
          first('one', [step('b')]),
        ],
      }),
    )
  })

  test('what its calls answer', () => {
    compiles(() =>
      defineSaga('Fulfilment', {
        from: [Order],
        startOn: 'OrderCreated',
        state: open,
        steps: ({ step }) =>
          step('capture', {
            call: async ({ status }, { idempotencyKey, signal, attempt }) => {
              await fetch(idempotencyKey + status + attempt, { signal })
              return { captured: true, id: 'c1' }
            },
            onAnswer: (state, answer, { fail }) => {
              const captured: boolean = answer.captured
              return captured ? { ...state, productIds: [answer.id] } : fail('NOT_CAPTURED')
            },
            compensate: { call: () => fetch('/void'), when: 'attempted', timeoutMs: 5 },
          }),
      }),
    )
  })

  test('the items of lists, and of lists in lists', () => {
    compiles(() =>
      defineSaga('Fulfilment', {
        from: [Order],
        startOn: 'OrderCreated',
        state: ({ data }) => ({ lines: data.lines }),
        steps: ({ each }) =>
          each(
            'lines',
            ({ lines }) => lines,
            (line) => [
              line.step('price', {
                call: (_state, { item, index }) => {
                  const cents: number = item.cents
                  return cents + index
                },
              }),
              line.each(
                'letters',
                (_state, { item }) => [...item.productId],
                (letter) =>
                  letter.step('spell', {
                    send: (_state, { item, send }) =>
                      send(Customer, item.toUpperCase(), 'rename', { name: item }),
                  }),
              ),
            ],
            { parallelMax: 3 },
          ),
      }),
    )
  })

  test('its own events, for views and handlers', () => {
    compiles(() => [
      defineProjector('Ends', {
        version: 1,
        from: [Fulfilment.actor],
        row: rowType<{ readonly reason: string }>(),
        on: {
          'Fulfilment.Cancelled': (event, view) =>
            view.put(event.aggregateId, { reason: event.data.reason }),
        },
      }),
      defineHandler('tell', {
        from: [Fulfilment.actor],
        on: { 'Fulfilment.Halted': (event) => event.data.error.message },
      }),
      defineApp({ actors: [Order, Customer], sagas: [Fulfilment] }),
    ])
  })
})

const base = { from: [Order], startOn: 'OrderCreated', state: open } as const

describe('a saga does not compile', () => {
  test('with events that none of its actors has', () => {
    // @ts-expect-error a misspelt start
    compiles(() => defineSaga('F', { ...base, startOn: 'OrderCreatd', on: {} }))
    // @ts-expect-error a misspelt start among others
    compiles(() => defineSaga('F', { ...base, startOn: ['OrderCreated', 'OrderPayed'], on: {} }))
    // @ts-expect-error a misspelt reaction
    compiles(() => defineSaga('F', { ...base, on: { OrderPayed: () => [] } }))
    // @ts-expect-error an event of an actor that is not read
    compiles(() => defineSaga('F', { ...base, on: { CustomerNamed: () => [] } }))
    // @ts-expect-error a misspelt key
    compiles(() => defineSaga('F', { ...base, on: {}, key: { OrderPayed: () => null } }))
    compiles(() =>
      defineSaga('F', {
        ...base,
        // @ts-expect-error a misspelt event
        steps: ({ step }) => step('a', { until: { OrderPayed: (state) => state } }),
      }),
    )
  })

  test('with fields that an event does not have', () => {
    // @ts-expect-error a field of another event
    compiles(() => defineSaga('F', { ...base, state: ({ data }) => data.paymentId, on: {} }))
    // @ts-expect-error a key is a text
    compiles(() => defineSaga('F', { ...base, on: {}, key: (event) => event.version }))
    // @ts-expect-error not every event has it
    compiles(() => defineSaga('F', { ...base, on: {}, key: (event) => event.data.customerId }))
    compiles(() =>
      defineSaga('F', {
        ...base,
        // @ts-expect-error a field of another event
        on: { OrderPaid: (_state, { data }, { fail }) => fail(data.customerId) },
      }),
    )
  })

  test('with a state of another shape', () => {
    compiles(() =>
      defineSaga('F', {
        ...base,
        // @ts-expect-error another status
        on: { OrderPaid: (state, _event, { become }) => become({ ...state, status: 'lost' }) },
      }),
    )
    compiles(() =>
      defineSaga('F', {
        ...base,
        // @ts-expect-error no part of the state
        on: { OrderPaid: (state, _event, { fail }) => fail(state.reason) },
      }),
    )
    compiles(() =>
      defineSaga('F', {
        ...base,
        steps: ({ step }) => [
          // @ts-expect-error a state without its fields
          step('a', { until: { OrderPaid: () => ({ status: 'paid' }) } }),
          // @ts-expect-error another status
          step('b', { until: { OrderPaid: (state) => ({ ...state, status: 'lost' }) } }),
          // @ts-expect-error an answer is no state
          step('c', { call: () => 7, onAnswer: (_state, answer) => answer }),
          // @ts-expect-error another status
          step('d', { call: () => 7, onAnswer: (state) => ({ ...state, status: 'lost' }) }),
        ],
      }),
    )
    // @ts-expect-error a state is data
    compiles(() => defineSaga('F', { ...base, state: () => undefined, on: {} }))
  })

  test('with commands and data that an actor does not take', () => {
    compiles(() =>
      defineSaga('F', {
        ...base,
        on: {
          OrderPaid: (_state, _event, { send, sagaId }) => [
            // @ts-expect-error a misspelt command
            send(Customer, sagaId, 'renam', { name: 'n' }),
            // @ts-expect-error a misspelt field
            send(Customer, sagaId, 'rename', { nam: 'n' }),
            // @ts-expect-error a field of the wrong type
            send(Customer, sagaId, 'rename', { name: 7 }),
            // @ts-expect-error an id is a text
            send(Customer, 7, 'rename', { name: 'n' }),
          ],
        },
        steps: ({ step }) =>
          step('a', {
            // @ts-expect-error a misspelt command
            send: (_state, { send }) => send(Order, '1', 'clos', {}),
          }),
      }),
    )
  })

  test('with effects that are none', () => {
    // @ts-expect-error a number is no effect
    compiles(() => defineSaga('F', { ...base, on: { OrderPaid: () => 7 } }))
    // @ts-expect-error a reaction is no promise
    compiles(() => defineSaga('F', { ...base, on: { OrderPaid: async () => [] } }))
    // @ts-expect-error nothing is said
    compiles(() => defineSaga('F', { ...base, on: { OrderPaid: () => {} } }))
    compiles(() =>
      defineSaga('F', {
        ...base,
        on: {
          OrderPaid: (_state, _event, { schedule, message }) => [
            // @ts-expect-error either a time or a delay
            schedule('x', { afterMs: 1, at: new Date() }, message('y')),
            // @ts-expect-error neither
            schedule('x', {}, message('y')),
            // @ts-expect-error nothing that can be done at a time
            schedule('x', { afterMs: 1 }, 'y'),
          ],
        },
      }),
    )
  })

  test('with steps that contradict themselves', () => {
    compiles(() =>
      defineSaga('F', {
        ...base,
        steps: ({ step, each }) => [
          // @ts-expect-error a command or a call
          step('a', { send: (_state, { send }) => send(Order, '1', 'close', {}), call: () => 7 }),
          // @ts-expect-error a timeout of a command
          step('b', { send: (_state, { send }) => send(Order, '1', 'close', {}), timeoutMs: 7 }),
          // @ts-expect-error an answer to nothing
          step('c', { onAnswer: (state) => state }),
          // @ts-expect-error a step has a name
          step({ call: () => 7 }),
          // @ts-expect-error a misspelt option
          step('d', { call: () => 7, within: 7 }),
          // @ts-expect-error a compensation does something
          step('e', { call: () => 7, compensate: { when: 'attempted' } }),
          // @ts-expect-error a command is not awaited
          step('f', { send: async (_state, { send }) => send(Order, '1', 'close', {}) }),
          each(
            'g',
            // @ts-expect-error items are a list
            () => 7,
            (item) => item.step('h'),
          ),
          each(
            'i',
            () => ['x'],
            (item) =>
              // @ts-expect-error a text has no cents
              item.step('j', { call: (_state, facts) => facts.item.cents }),
          ),
        ],
      }),
    )
  })

  test('with options that are misspelt or out of their set', () => {
    // @ts-expect-error a misspelt option
    compiles(() => defineSaga('F', { ...base, on: {}, step: () => [] }))
    // @ts-expect-error an unknown answer to a missing instance
    compiles(() => defineSaga('F', { ...base, on: {}, missing: 'start' }))
    // @ts-expect-error a misspelt retry option
    compiles(() => defineSaga('F', { ...base, on: {}, retry: { attempts: 3 } }))
    // @ts-expect-error a saga is no handler
    compiles(() => defineApp({ actors: [Order], handlers: [Fulfilment] }))
    // @ts-expect-error an actor is no saga
    compiles(() => defineApp({ actors: [Order], sagas: [Order] }))
  })
})

describe('a saga at run time refuses', () => {
  const fulfilment = () => runtime.saga(Fulfilment, '1')

  test('messages and data that it does not take', () => {
    // @ts-expect-error a misspelt message
    compiles(() => fulfilment().send('remnd', { text: 'x' }))
    // @ts-expect-error a missing payload
    compiles(() => fulfilment().send('remind'))
    // @ts-expect-error a field of the wrong type
    compiles(() => fulfilment().send('remind', { text: 7 }))
    // @ts-expect-error a misspelt message
    compiles(() => fulfilment().message('remnd', { text: 'x' }))
    // @ts-expect-error a misspelt field
    compiles(() => fulfilment().message('remind', { txt: 'x' }))
  })

  test('what an operator cannot mean', () => {
    // @ts-expect-error cancelling has a reason
    compiles(() => fulfilment().cancel({}))
    // @ts-expect-error a misspelt option
    compiles(() => fulfilment().retry({ steps: 'a' }))
    // @ts-expect-error an unknown status
    compiles(() => runtime.saga(Fulfilment).list({ status: 'parked' }))
    // @ts-expect-error one instance has no list
    compiles(() => fulfilment().list())
    // @ts-expect-error an actor is no saga
    compiles(() => runtime.saga(Order, '1'))
  })
})
