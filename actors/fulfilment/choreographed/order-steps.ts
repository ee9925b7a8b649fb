/**
 * `pick-list`: what becomes of an order's goods as the order moves on.
 *
 *     OrderCreated    open the pick list
 *     OrderPaid       pick what is on it
 *     OrderCancelled  drop it, whoever cancelled
 *
 * One handler for the three, because a handler keeps the order of events per order: a list is not
 * dropped before it was opened.
 *
 * A customer can cancel until the goods are picked. Between then and the doorstep, `Order` still says
 * yes, the list says no, and the parcel goes out to somebody who has cancelled. Nobody coordinates the
 * two, so nobody can prevent it here; the books show such an order.
 */

import { defineHandler } from 'dramatis'
import { Order } from '../../order/order.js'
import { piecesOf } from '../pieces.js'
import { PickList } from './pick-list.js'
import { refusalOf } from './refusal.js'

export const followOrders = defineHandler('pick-list', {
  from: [Order],
  on: {
    OrderCreated: ({ aggregateId: orderId, data }, { send }) =>
      refusalOf(
        send(PickList, orderId, 'open', {
          pieces: [...piecesOf(data.lines)],
          amountCents: data.totalCents,
        }),
        ['PICK_LIST_EXISTS'],
      ),
    OrderPaid: ({ aggregateId: orderId }, { send }) =>
      // Dropped meanwhile: whoever dropped it gives the money back.
      refusalOf(send(PickList, orderId, 'pick', {}), [
        'PICK_LIST_DROPPED',
        'PICK_LIST_NOT_COMPLETE',
      ]),
    OrderCancelled: ({ aggregateId: orderId, data }, { send }) =>
      refusalOf(send(PickList, orderId, 'drop', { reason: data.reason }), [
        'PICK_LIST_DROPPED',
        'PICK_LIST_PICKED',
      ]),
  },
})
