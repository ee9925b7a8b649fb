/**
 * Fulfilment as choreography: every actor's events move the next one on, and nobody is in charge.
 *
 *     OrderCreated -> reserve -> all set aside -> authorise -> charge -> capture -> OrderPaid
 *         -> pick -> take -> book -> hand over -> delivered -> OrderShipped, OrderDelivered
 *
 * Out of stock, a declined payment, a lost parcel, a customer who cancels: release, refund, cancel.
 *
 * What it gives: every piece is small, knows its neighbours alone, and fails alone. What it costs, to be
 * compared with the orchestrated twin over the same actors (`../orchestrated/fulfilment.ts`):
 *
 *   - the process is written down nowhere: it is the sum of eight handlers, and this comment;
 *   - "all pieces are set aside" needs an actor of its own that counts (`pick-list.ts`);
 *   - no one knows where an order stands: one reads four streams, or builds a view;
 *   - whatever can happen in two orders has to be thought of at both ends (`stock-steps.ts`, `money-steps.ts`).
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { Inventory } from '../../inventory/inventory.js'
import { Order } from '../../order/order.js'
import { Payment } from '../../payment/payment.js'
import { Shipment } from '../../shipment/shipment.js'
import { carryParcels } from '../carry-parcels.js'
import { billOrders, giveUp, movePayments } from './money-steps.js'
import { followOrders } from './order-steps.js'
import { followParcels } from './parcel-steps.js'
import { PickList } from './pick-list.js'
import { setAside, workWarehouse } from './stock-steps.js'

export const fulfilmentHandlers = [
  followOrders,
  workWarehouse,
  setAside,
  billOrders,
  movePayments,
  giveUp,
  carryParcels,
  followParcels,
] as const

const app: AppDefinition = defineApp({
  actors: [Order, Inventory, Payment, Shipment, PickList],
  projectors: [],
  handlers: [...fulfilmentHandlers],
})

export default app
