/**
 * `Order`: the life of one order, from the basket to the doorstep.
 *
 *     none -create-> pending -pay-> paid -ship-> shipped -deliver-> delivered
 *                       |            |
 *                       +---cancel---+-> cancelled
 *
 * Rules: an order without lines cannot be created; a payment must equal the total, to the cent; what
 * was shipped, delivered or cancelled cannot be cancelled; an order that was never created cannot be
 * anything. Every refusal has a stable reason: those are the constants that clients match on.
 */

import { defineActor, defineEvent } from 'dramatis'
import { basket, cancellation, payment, shipment } from './order-fields.js'
import { inStatus, type OrderState, totalCentsOf } from './order-state.js'

export const Order = defineActor('Order', {
  initialState: (): OrderState => ({ status: 'none' }),
  events: {
    OrderCreated: defineEvent({ ...basket, totalCents: 'number|integer|min:0' }),
    OrderPaid: defineEvent(payment),
    OrderShipped: defineEvent(shipment),
    OrderDelivered: defineEvent({}),
    OrderCancelled: defineEvent(cancellation),
  },
  evolve: {
    OrderCreated: (_state, { data }) => ({
      status: 'pending',
      customerId: data.customerId,
      totalCents: data.totalCents,
    }),
    OrderPaid: (state) => inStatus(state, 'paid'),
    OrderShipped: (state) => inStatus(state, 'shipped'),
    OrderDelivered: (state) => inStatus(state, 'delivered'),
    OrderCancelled: (state) => inStatus(state, 'cancelled'),
  },
  commands: {
    create: {
      schema: basket,
      decide: (state, command, { events, reject }) => {
        if (state.status !== 'none') return reject('ORDER_EXISTS', orderIs(state))
        if (command.lines.length === 0) return reject('ORDER_WITHOUT_LINES')
        return events.OrderCreated({ ...command, totalCents: totalCentsOf(command.lines) })
      },
    },
    pay: {
      schema: payment,
      decide: (state, command, { events, reject }) => {
        if (state.status === 'none') return reject('ORDER_NOT_CREATED')
        if (state.status !== 'pending') return reject('ORDER_NOT_PENDING', orderIs(state))
        if (command.amountCents !== state.totalCents) {
          const { amountCents } = command
          return reject('AMOUNT_MISMATCH', `${amountCents} cents for ${state.totalCents}`)
        }
        return events.OrderPaid(command)
      },
    },
    ship: {
      schema: shipment,
      decide: (state, command, { events, reject }) => {
        if (state.status === 'none') return reject('ORDER_NOT_CREATED')
        if (state.status !== 'paid') return reject('ORDER_NOT_PAID', orderIs(state))
        return events.OrderShipped(command)
      },
    },
    deliver: {
      schema: {},
      decide: (state, _command, { events, reject }) => {
        if (state.status === 'none') return reject('ORDER_NOT_CREATED')
        if (state.status !== 'shipped') return reject('ORDER_NOT_SHIPPED', orderIs(state))
        return events.OrderDelivered({})
      },
    },
    cancel: {
      schema: cancellation,
      decide: (state, command, { events, reject }) => {
        if (state.status === 'none') return reject('ORDER_NOT_CREATED')
        if (state.status !== 'pending' && state.status !== 'paid') {
          return reject('ORDER_NOT_CANCELLABLE', orderIs(state))
        }
        return events.OrderCancelled(command)
      },
    },
  },
  snapshot: { everyEvents: 100, version: 1 },
})

function orderIs(state: OrderState): string {
  return `the order is ${state.status}`
}
