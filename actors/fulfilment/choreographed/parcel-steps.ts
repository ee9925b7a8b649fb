/**
 * `parcel`: from the booking to the doorstep, or nowhere.
 *
 *     ShipmentBooked    have the carrier collect it, hand it over
 *     ParcelHandedOver  ask the carrier what became of it: delivered, or lost
 *     ParcelDelivered   the order is shipped and delivered
 *     ParcelLost        refund, cancel the order
 *
 * What was lost was taken from the shelf and stays taken: there is nothing to release.
 */

import { defineHandler } from 'dramatis'
import { Order } from '../../order/order.js'
import { Payment } from '../../payment/payment.js'
import { Shipment } from '../../shipment/shipment.js'
import { collect, track } from '../outside/carrier.js'
import { refusalOf } from './refusal.js'

export const moveParcels = defineHandler('parcel', {
  from: [Shipment],
  on: {
    ShipmentBooked: async ({ aggregateId: orderId }, context) => {
      const parcelId = await collect(orderId, context)
      await refusalOf(context.send(Shipment, orderId, 'handOver', { parcelId }), [
        'SHIPMENT_NOT_BOOKED',
      ])
    },
    ParcelHandedOver: async ({ aggregateId: orderId }, context) => {
      const answer = await track(orderId, context)
      const told =
        answer.outcome === 'delivered'
          ? context.send(Shipment, orderId, 'deliver', {})
          : context.send(Shipment, orderId, 'lose', { reason: answer.reason })
      await refusalOf(told, ['SHIPMENT_NOT_UNDER_WAY'])
    },
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
