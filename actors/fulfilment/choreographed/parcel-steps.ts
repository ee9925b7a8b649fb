/**
 * `parcel`: what a parcel means for its order. Moving it is the carrier's part (`carry-parcels.ts`).
 *
 *     ParcelDelivered  the order is shipped and delivered
 *     ParcelLost       refund, cancel the order
 *
 * What was lost was taken from the shelf and stays taken: there is nothing to release.
 */

import { defineHandler } from 'dramatis'
import { Order } from '../../order/order.js'
import { Payment } from '../../payment/payment.js'
import { Shipment } from '../../shipment/shipment.js'
import { refusalOf } from '../refusal.js'

export const followParcels = defineHandler('parcel', {
  from: [Shipment],
  on: {
    ParcelDelivered: async ({ aggregateId: orderId }, { send }) => {
      const shipped = send(Order, orderId, 'ship', { shipmentId: orderId })
      // Refused: a customer cancelled too late. The order stays as it is, the parcel has arrived.
      if ((await refusalOf(shipped, ['ORDER_NOT_PAID'])) !== null) return
      await refusalOf(send(Order, orderId, 'deliver', {}), ['ORDER_NOT_SHIPPED'])
    },
    ParcelLost: async ({ aggregateId: orderId, data: { reason } }, { send }) => {
      await refusalOf(send(Payment, orderId, 'refund', { reason }), ['PAYMENT_NOT_CAPTURED'])
      await refusalOf(send(Order, orderId, 'cancel', { reason }), ['ORDER_NOT_CANCELLABLE'])
    },
  },
})
