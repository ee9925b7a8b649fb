/**
 * One order domain at two ages: as it was when its events were recorded, and as it is today.
 *
 * Since then OrderPlaced became OrderCreated, with cents, and its note an event of its own; OrderPaid
 * gained a method; OrderViewed is not wanted any more.
 */

import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  type HandlerContext,
  type HandlerDefinition,
  type HandlerOptions,
  rowType,
  type UnknownEvents,
} from '../../../src/index.js'

export const OldOrder = defineActor('Order', {
  initialState: () => ({}),
  events: {
    OrderPlaced: defineEvent({ total: 'number', note: 'string' }),
    OrderViewed: defineEvent({}),
    OrderPaid: defineEvent({}),
  },
  evolve: {
    OrderPlaced: (state) => state,
    OrderViewed: (state) => state,
    OrderPaid: (state) => state,
  },
  commands: {
    place: {
      schema: { total: 'number', note: 'string' },
      decide: (_state, command, { events }) => events.OrderPlaced(command),
    },
    view: { schema: {}, decide: (_state, _command, { events }) => events.OrderViewed({}) },
    pay: { schema: {}, decide: (_state, _command, { events }) => events.OrderPaid({}) },
  },
})

export const oldApp: AppDefinition = defineApp({ actors: [OldOrder] })

/** What a test breaks on purpose. */
export const broken: { type: 'OrderPaid' | null } = { type: null }

const OrderNoted = defineEvent({ text: 'string' })

export const Order = defineActor('Order', {
  initialState: () => ({ cents: 0, notes: [] as readonly string[], method: 'none' }),
  events: {
    OrderCreated: defineEvent(
      { cents: 'number' },
      {
        version: 2,
        formerly: ['OrderPlaced'],
        into: { OrderNoted },
        upcast: {
          1: (data: { readonly total: number; readonly note: string }, _event, { next, into }) => [
            next({ cents: data.total * 100 }),
            into.OrderNoted({ text: data.note }),
          ],
        },
      },
    ),
    OrderNoted,
    OrderViewed: defineEvent({}, { version: 2, upcast: { 1: () => [] } }),
    OrderPaid: defineEvent(
      { method: 'string' },
      {
        version: 2,
        upcast: {
          1: () => {
            if (broken.type === 'OrderPaid') throw new Error('no method')
            return { method: 'card' }
          },
        },
      },
    ),
  },
  evolve: {
    OrderCreated: (state, { data }) => ({ ...state, cents: data.cents }),
    OrderNoted: (state, { data }) => ({ ...state, notes: [...state.notes, data.text] }),
    OrderViewed: () => {
      throw new Error('dropped')
    },
    OrderPaid: (state, { data }) => ({ ...state, method: data.method }),
  },
  commands: {
    pay: {
      schema: { method: 'string' },
      decide: (_state, command, { events }) => events.OrderPaid(command),
    },
  },
})

export const Orders = defineProjector('Orders', {
  version: 1,
  from: [Order],
  row: rowType<{ readonly cents: number; readonly notes: string; readonly method: string }>(),
  on: {
    OrderCreated: ({ aggregateId, data }, view) =>
      view.put(aggregateId, { cents: data.cents, notes: '', method: 'none' }),
    OrderNoted: ({ aggregateId, data }, view) =>
      view.update(aggregateId, (row) => ({ ...row, notes: row.notes + data.text })),
    OrderPaid: ({ aggregateId, data }, view) =>
      view.update(aggregateId, (row) => ({ ...row, method: data.method })),
  },
})

/** The same actor without any memory of views: what a removed event looks like. */
export const ForgetfulOrder = defineActor('Order', {
  initialState: () => ({}),
  events: { OrderPlaced: OldOrder.events.OrderPlaced, OrderPaid: OldOrder.events.OrderPaid },
  evolve: { OrderPlaced: (state) => state, OrderPaid: (state) => state },
  commands: {},
})

export const forgetfulView = (unknownEvents?: UnknownEvents) =>
  defineProjector('Placed', {
    version: 1,
    from: [ForgetfulOrder],
    row: rowType<{ readonly total: number }>(),
    ...(unknownEvents === undefined ? {} : { unknownEvents }),
    on: { OrderPlaced: ({ aggregateId, data }, view) => view.put(aggregateId, data) },
  })

/** A handler that notes every event and key it is given, and then does what the test wants. */
export function noting(
  setup: HandlerOptions & {
    readonly key?: (event: { readonly data: object }) => string
    readonly react?: (type: string, context: HandlerContext) => unknown
  } = {},
): { readonly handler: HandlerDefinition; readonly calls: string[] } {
  const { react = () => {}, ...options } = setup
  const calls: string[] = []
  const on = (event: { readonly type: string }, context: HandlerContext): unknown => {
    calls.push(`${context.idempotencyKey} ${event.type} ${context.attempt}`)
    return react(event.type, context)
  }
  const handler = defineHandler('noting', {
    from: [Order],
    on: { OrderCreated: on, OrderNoted: on, OrderPaid: on },
    ...options,
  })
  return { handler, calls }
}

export default defineApp({ actors: [Order], projectors: [Orders], handlers: [noting().handler] })
