/**
 * `billing`, `payment` and `giving-up`: the money of an order.
 *
 *     PickListCompleted  authorise
 *     PaymentAuthorised  charge at the provider: capture, or fail
 *     PaymentCaptured    tell the order; one that takes no payment any more gets a refund
 *     PaymentFailed      drop the pick list
 *     PaymentRefunded    give the money back at the provider
 *     PickListDropped    refund what was captured, cancel the order
 *
 * A charge comes before its event: nobody knows what the provider will say. A refund comes after its
 * event: two handlers may want one, and `Payment` grants one, so the provider is asked once.
 *
 * An order that is given up while its payment is on the way is charged, then refunded: no handler can
 * look whether the order still stands before it charges. Whether both happened shows in the log only.
 */

import { defineHandler } from 'dramatis'
import { Order } from '../../order/order.js'
import { Payment } from '../../payment/payment.js'
import { charge, refund } from '../outside/payment-provider.js'
import { refusalOf } from '../refusal.js'
import { method } from '../terms.js'
import { PickList } from './pick-list.js'

/** What `Payment` says to a refund when there is nothing to give back, or it was given back. */
const nothingToRefund = ['PAYMENT_UNKNOWN', 'PAYMENT_NOT_CAPTURED'] as const

export const billOrders = defineHandler('billing', {
  from: [PickList],
  on: {
    PickListCompleted: ({ aggregateId: orderId, data }, { send }) =>
      refusalOf(send(Payment, orderId, 'authorise', { amountCents: data.amountCents, method }), [
        'PAYMENT_EXISTS',
      ]),
  },
})

export const movePayments = defineHandler('payment', {
  from: [Payment],
  on: {
    PaymentAuthorised: async ({ aggregateId: orderId }, context) => {
      const answer = await charge(orderId, context)
      const told =
        answer.outcome === 'charged'
          ? context.send(Payment, orderId, 'capture', {})
          : context.send(Payment, orderId, 'fail', { reason: answer.reason })
      await refusalOf(told, ['PAYMENT_NOT_AUTHORISED'])
    },
    PaymentCaptured: async ({ aggregateId: orderId, data: { amountCents } }, { send }) => {
      const paid = send(Order, orderId, 'pay', { paymentId: orderId, amountCents, method })
      if ((await refusalOf(paid, ['ORDER_NOT_PENDING'])) === null) return
      const reason = 'ORDER_NOT_PENDING'
      await refusalOf(send(Payment, orderId, 'refund', { reason }), nothingToRefund)
    },
    PaymentFailed: ({ aggregateId: orderId, data: { reason } }, { send }) =>
      refusalOf(send(PickList, orderId, 'drop', { reason }), ['PICK_LIST_DROPPED']),
    PaymentRefunded: ({ aggregateId: orderId }, context) => refund(orderId, context),
  },
})

export const giveUp = defineHandler('giving-up', {
  from: [PickList],
  on: {
    PickListDropped: async ({ aggregateId: orderId, data: { reason } }, { send }) => {
      await refusalOf(send(Payment, orderId, 'refund', { reason }), nothingToRefund)
      await refusalOf(send(Order, orderId, 'cancel', { reason }), ['ORDER_NOT_CANCELLABLE'])
    },
  },
})
