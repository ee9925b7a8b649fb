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
import {
  whyNotCancelled,
  whyNotCreated,
  whyNotDelivered,
  whyNotPaid,
  whyNotShipped,
} from './order-rules.js'
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
        const no = whyNotCreated(state, command.lines)
        if (no !== null) return reject(...no)
        return events.OrderCreated({ ...command, totalCents: totalCentsOf(command.lines) })
      },
    },
    pay: {
      schema: payment,
      decide: (state, command, { events, reject }) => {
        const no = whyNotPaid(state, command.amountCents)
        return no === null ? events.OrderPaid(command) : reject(...no)
      },
    },
    ship: {
      schema: shipment,
      decide: (state, command, { events, reject }) => {
        const no = whyNotShipped(state)
        return no === null ? events.OrderShipped(command) : reject(...no)
      },
    },
    deliver: {
      schema: {},
      decide: (state, _command, { events, reject }) => {
        const no = whyNotDelivered(state)
        return no === null ? events.OrderDelivered({}) : reject(...no)
      },
    },
    cancel: {
      schema: cancellation,
      decide: (state, command, { events, reject }) => {
        const no = whyNotCancelled(state)
        return no === null ? events.OrderCancelled(command) : reject(...no)
      },
    },
  },
  snapshot: { everyEvents: 100, version: 1 },
})
