/**
 * `pick-list`: what becomes of an order's goods as the order moves on.
 *
 *     OrderCreated    open the pick list, and set a time limit for it
 *     OrderPaid       pick what is on it, and lift the time limit
 *     OrderCancelled  drop it, whoever cancelled, and lift the time limit
 *
 * One handler for the three, because a handler keeps the order of events per order: a list is not
 * dropped before it was opened.
 *
 * The time limit is a command to the list, not to the order: `Order` lets a paid order be cancelled, and
 * "too late" must not hit one whose goods are leaving. A list that was picked refuses to be dropped, so
 * a limit that fires in the same moment as the payment comes to nothing.
 *
 * A customer can cancel until the goods are picked. Between then and the doorstep, `Order` still says
 * yes, the list says no, and the parcel goes out to somebody who has cancelled. Nobody coordinates the
 * two, so nobody can prevent it here; the books show such an order.
 */

import { defineHandler } from 'dramatis'
import { Order } from '../../order/order.js'
import { piecesOf } from '../pieces.js'
import { refusalOf } from '../refusal.js'
import { paymentTimeMs } from '../terms.js'
import { PickList } from './pick-list.js'

export const followOrders = defineHandler('pick-list', {
  from: [Order],
  on: {
    OrderCreated: async ({ aggregateId: orderId, data }, { send, schedule }) => {
      const pieces = [...piecesOf(data.lines)]
      const opened = send(PickList, orderId, 'open', { pieces, amountCents: data.totalCents })
      await refusalOf(opened, ['PICK_LIST_EXISTS'])
      const reason = 'NOT_PAID_IN_TIME'
      const time = { afterMs: paymentTimeMs }
      await schedule(timeLimitOf(orderId), PickList, orderId, 'drop', { reason }, time)
    },
    OrderPaid: async ({ aggregateId: orderId }, { send, cancelTimer }) => {
      // Dropped meanwhile: whoever dropped it gives the money back.
      await refusalOf(send(PickList, orderId, 'pick', {}), [
        'PICK_LIST_DROPPED',
        'PICK_LIST_NOT_COMPLETE',
      ])
      await cancelTimer(timeLimitOf(orderId))
    },
    OrderCancelled: async ({ aggregateId: orderId, data }, { send, cancelTimer }) => {
      await refusalOf(send(PickList, orderId, 'drop', { reason: data.reason }), [
        'PICK_LIST_DROPPED',
        'PICK_LIST_PICKED',
      ])
      await cancelTimer(timeLimitOf(orderId))
    },
  },
})

/** The name of an order's timer. */
function timeLimitOf(orderId: string): string {
  return `payment of ${orderId}`
}
