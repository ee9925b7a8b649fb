/**
 * `carrier`: the carrier's part, the same whoever coordinates the orders.
 *
 *     ShipmentBooked    have the carrier collect the parcel, hand it over
 *     ParcelHandedOver  ask the carrier what became of it: delivered, or lost
 *
 * What that means for the order is for others to say.
 */

import { defineHandler } from 'dramatis'
import { Shipment } from '../shipment/shipment.js'
import { collect, track } from './outside/carrier.js'
import { refusalOf } from './refusal.js'

export const carryParcels = defineHandler('carrier', {
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
  },
})
