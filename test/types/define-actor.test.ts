/**
 * Actors: what must and must not compile. Every `@ts-expect-error` fails the build when the line
 * below it compiles after all; nothing here runs but the tests' names.
 */

import { describe, test } from 'node:test'
import { type CommandName, defineActor, type StateOf } from '../../src/define/actor.js'
import { type DataOf, defineEvent } from '../../src/define/event.js'
import { compiles, type Equal, type Expect } from './equal.js'
import { Order, type OrderState } from './shop.js'

const counting = {
  initialState: () => ({ count: 0 }),
  events: { Added: defineEvent({ count: 'number' }), Cleared: defineEvent({}) },
}

describe('an actor infers', () => {
  test('its state, its event payloads and its command names', () => {
    type Commands = (typeof Order)[keyof typeof Order & symbol]['commands']
    type Created = DataOf<(typeof Order)['events']['OrderCreated']>

    compiles((): Expect<Equal<StateOf<typeof Order>, OrderState>> => true)
    compiles((): Expect<Equal<CommandName<Commands>, 'create' | 'pay' | 'close'>> => true)
    compiles(
      (): Expect<
        Equal<
          Created,
          {
            readonly customerId: string
            readonly lines: readonly { readonly productId: string; readonly cents: number }[]
            readonly totalCents: number
            readonly note?: string
          }
        >
      > => true,
    )
  })

  test('the type of an event in evolve, with its payload and its envelope', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        evolve: {
          Added: (state, event) => {
            const type: 'Added' = event.type
            const count: number = event.data.count
            const when: Date = event.occurredAt
            const version: number = event.version
            return { count: state.count + count + type.length + when.getTime() + version }
          },
          Cleared: (_state, event) => {
            // @ts-expect-error a field of another event
            event.data.count
            return { count: 0 }
          },
        },
        commands: {},
      }),
    )
  })

  test('the command of decide and prepare, and the tools they are given', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        evolve: { Added: (state) => state, Cleared: (state) => state },
        commands: {
          add: {
            schema: { by: 'number', times: 'number|optional' },
            prepare: async (command, { aggregateId, signal }) => {
              const by: number = command.by
              const times: number | undefined = command.times
              // @ts-expect-error a field the schema does not have
              command.byy
              return { by: by + (times ?? 0) + aggregateId.length + Number(signal.aborted) }
            },
            decide: (state, command, { events, reject, now, aggregateId, metadata }) => {
              const count: number = state.count
              // @ts-expect-error a field the state does not have
              state.counts
              // @ts-expect-error a field the schema does not have
              command.byy
              // @ts-expect-error an optional field may be absent
              const times: number = command.times
              if (now.getTime() === 0 || metadata.userId === aggregateId) return reject('NO', 'way')
              return [events.Added({ count: count + command.by + times }), events.Cleared({})]
            },
          },
        },
      }),
    )
  })

  test('literals of the state in whatever form evolve is written', () => {
    interface Light {
      readonly color: 'red' | 'green'
      readonly history: readonly { readonly was: 'red' | 'green' }[]
      readonly broken: boolean | null
    }

    compiles(() =>
      defineActor('Light', {
        initialState: (): Light => ({ color: 'red', history: [], broken: null }),
        events: { A: defineEvent({}), B: defineEvent({}), C: defineEvent({}), D: defineEvent({}) },
        evolve: {
          A: () => ({ color: 'green', history: [{ was: 'red' }], broken: false }),
          B: (state) => ({ ...state, color: 'red', history: [...state.history, { was: 'green' }] }),
          C: (state, event) => (event.version > 1 ? state : { ...state, broken: true }),
          D() {
            return { color: 'green', history: [], broken: null }
          },
        },
        commands: {},
      }),
    )
    compiles(() =>
      defineActor('Light', {
        initialState: (): Light => ({ color: 'red', history: [], broken: null }),
        events: { A: defineEvent({}), B: defineEvent({}), C: defineEvent({}) },
        evolve: {
          // @ts-expect-error a color that no light has
          A: () => ({ color: 'blue', history: [], broken: null }),
          // @ts-expect-error a missing field
          B: () => ({ color: 'red', history: [] }),
          // @ts-expect-error nothing at all
          C: () => ({}),
        },
        commands: {},
      }),
    )
  })

  test('that payloads are read-only, and takes what is read-only', () => {
    const lines: readonly { readonly productId: string; readonly cents: number }[] = []

    compiles(() => Order.creators.OrderCreated({ customerId: 'c', lines, totalCents: 0 }))
    compiles(() => {
      const { data } = Order.creators.OrderCreated({ customerId: 'c', lines, totalCents: 0 })
      // @ts-expect-error a payload is frozen
      data.totalCents = 1
      // @ts-expect-error its lists are too
      data.lines.push({ productId: 'p', cents: 1 })
    })
  })
})

describe('an event creator does not compile', () => {
  const { creators } = Order

  test('under a name that is no event', () => {
    // @ts-expect-error misspelt event
    compiles(() => creators.OrderPayed({}))
  })

  test('with a payload that is not of its event', () => {
    const lines = [{ productId: 'p', cents: 1 }]

    // @ts-expect-error a missing field
    compiles(() => creators.OrderCreated({ customerId: 'c', lines }))
    // @ts-expect-error a misspelt field
    compiles(() => creators.OrderCreated({ customerID: 'c', lines, totalCents: 1 }))
    // @ts-expect-error a field of the wrong type
    compiles(() => creators.OrderCreated({ customerId: 7, lines, totalCents: 1 }))
    // @ts-expect-error a nested field of the wrong type
    compiles(() => creators.OrderCreated({ customerId: 'c', lines: [{}], totalCents: 1 }))
    // @ts-expect-error a value outside of an enum
    compiles(() => creators.OrderPaid({ paymentId: 'p', amountCents: 1, method: 'cash' }))
    const paid = { paymentId: 'p', amountCents: 1, method: 'card' } as const
    // @ts-expect-error a field of another event
    compiles(() => creators.OrderPaid({ ...paid, customerId: 'c' }))
    compiles(() => {
      const noted = { customerId: 'c', lines, totalCents: 1, note: undefined }
      // @ts-expect-error undefined is not the same as absent
      return creators.OrderCreated(noted)
    })
  })
})

describe('an actor does not compile', () => {
  test('with an event that has no evolve', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        // @ts-expect-error Cleared is missing
        evolve: { Added: (state) => state },
        commands: {},
      }),
    )
  })

  test('with an evolve that has no event', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        evolve: {
          Added: (state) => state,
          Cleared: (state) => state,
          // @ts-expect-error a misspelt event
          Clearedd: (state) => state,
        },
        commands: {},
      }),
    )
  })

  test('with an evolve that returns something else than a state', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        // @ts-expect-error a misspelt field of the state
        evolve: { Added: (_state, event) => ({ counts: event.data.count }), Cleared: (s) => s },
        commands: {},
      }),
    )
  })

  test('with an evolve that returns a status no state has', () => {
    compiles(() =>
      defineActor('Thing', {
        initialState: (): { status: 'new' | 'old' } => ({ status: 'new' }),
        events: { Aged: defineEvent({}) },
        // @ts-expect-error a misspelt status
        evolve: { Aged: () => ({ status: 'oldd' }) },
        commands: {},
      }),
    )
  })

  test('with a decide that makes an event the actor does not have', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        evolve: { Added: (state) => state, Cleared: (state) => state },
        commands: {
          add: {
            schema: { by: 'number' },
            decide: (_state, command, { events }) => {
              // @ts-expect-error a misspelt event
              return events.Addded({ count: command.by })
            },
          },
          // @ts-expect-error a misspelt field of the payload
          sub: { schema: {}, decide: (_state, _command, { events }) => events.Added({ n: 1 }) },
          // @ts-expect-error an event of another actor
          steal: { schema: {}, decide: () => Order.creators.OrderPaid({} as never) },
        },
      }),
    )
  })

  test('with a decide that is asynchronous or returns nothing', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        evolve: { Added: (state) => state, Cleared: (state) => state },
        commands: {
          // @ts-expect-error decide is synchronous
          wait: { schema: {}, decide: async () => [] },
          // @ts-expect-error no events is an empty list
          forget: { schema: {}, decide: () => {} },
        },
      }),
    )
  })

  test('with a prepare that returns another command', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        evolve: { Added: (state) => state, Cleared: (state) => state },
        commands: {
          // @ts-expect-error by is missing
          add: { schema: { by: 'number' }, prepare: () => ({ byy: 1 }), decide: () => [] },
        },
      }),
    )
  })

  test('with a misspelt part or option', () => {
    compiles(() =>
      defineActor('Counting', {
        ...counting,
        evolve: { Added: (state) => state, Cleared: (state) => state },
        commands: {},
        // @ts-expect-error a misspelt option
        snapshot: { everyEvent: 100 },
      }),
    )
  })

  test('with a snapshot rule about another state, another event or no yes or no', () => {
    compiles(() => {
      const same = (state: { count: number }) => state
      const base = { ...counting, evolve: { Added: same, Cleared: same }, commands: {} }
      defineActor('Counting', { ...base, snapshot: { when: ({ count }) => count > 3 } })
      defineActor('Counting', {
        ...base,
        snapshot: { when: (_state, { event }) => event.type === 'Cleared' },
      })
      defineActor('Counting', {
        ...base,
        // @ts-expect-error no such field of the state
        snapshot: { when: ({ sum }) => sum > 3 },
      })
      defineActor('Counting', {
        ...base,
        // @ts-expect-error no such event
        snapshot: { when: (_state, { event }) => event.type === 'Clered' },
      })
      defineActor('Counting', {
        ...base,
        // @ts-expect-error a rule is synchronous
        snapshot: { when: async () => true },
      })
    })
  })
})
