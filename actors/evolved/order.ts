/**
 * `Order`, a year later: what the reference domain becomes when the shop goes abroad.
 *
 * Payments have a currency, a cancellation says whose wish it was and is called a withdrawal. The log of
 * the first year is not touched: upcasters read it as what it would be today. The rules are the same.
 */

import { defineActor, defineEvent } from 'dramatis'
import { Order as OrderBefore } from '../order/order.js'
import { basket, payment, shipment } from '../order/order-fields.js'
import {
  whyNotCancelled,
  whyNotCreated,
  whyNotDelivered,
  whyNotPaid,
  whyNotShipped,
} from '../order/order-rules.js'
import { inStatus, type OrderState, totalCentsOf } from '../order/order-state.js'

/** What the shop knew before it went abroad. */
const homeCurrency = 'BRL'

const currency = { type: 'enum', values: ['BRL', 'EUR', 'USD'] } as const
const paidAbroad = {
  paymentId: payment.paymentId,
  amount: { type: 'object', props: { cents: payment.amountCents, currency } },
  method: payment.method,
} as const
const withdrawal = {
  reason: 'string|min:1|max:200',
  by: { type: 'enum', values: ['customer', 'shop'] },
} as const

type Method = 'card' | 'bank' | 'wallet'

const { OrderCreated, OrderShipped, OrderDelivered } = OrderBefore.events

export const Order = defineActor('Order', {
  initialState: (): OrderState => ({ status: 'none' }),
  events: {
    OrderCreated,
    OrderPaid: defineEvent(paidAbroad, {
      version: 2,
      upcast: {
        1: (data: { paymentId: string; amountCents: number; method: Method }) => ({
          paymentId: data.paymentId,
          amount: { cents: data.amountCents, currency: homeCurrency },
          method: data.method,
        }),
      },
    }),
    OrderShipped,
    OrderDelivered,
    OrderWithdrawn: defineEvent(withdrawal, {
      version: 2,
      formerly: ['OrderCancelled'],
      upcast: { 1: (data: { reason: string }) => ({ ...data, by: 'customer' }) },
    }),
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
    OrderWithdrawn: (state) => inStatus(state, 'cancelled'),
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
      schema: paidAbroad,
      decide: (state, command, { events, reject }) => {
        const no = whyNotPaid(state, command.amount.cents)
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
    withdraw: {
      schema: withdrawal,
      decide: (state, command, { events, reject }) => {
        const no = whyNotCancelled(state)
        return no === null ? events.OrderWithdrawn(command) : reject(...no)
      },
    },
  },
  snapshot: { everyEvents: 100, version: 1 },
})
