/**
 * Fulfilment as orchestration: one saga tells the story of an order, and the carrier carries.
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { Inventory } from '../../inventory/inventory.js'
import { Order } from '../../order/order.js'
import { Payment } from '../../payment/payment.js'
import { Shipment } from '../../shipment/shipment.js'
import { carryParcels } from '../carry-parcels.js'
import { Fulfilment } from './fulfilment.js'

const app: AppDefinition = defineApp({
  actors: [Order, Inventory, Payment, Shipment],
  handlers: [carryParcels],
  sagas: [Fulfilment],
})

export default app
