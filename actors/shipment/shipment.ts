/**
 * `Shipment`: the parcel of one order, by the order's id.
 *
 *     none -book-> booked -handOver-> under way -deliver-> delivered
 *                                         |
 *                                         +-----lose-----> lost
 *
 * Rules: an order has one shipment; a parcel can arrive or be lost only while it is under way, and only
 * one of both. What is lost stays lost: a parcel that turns up again is a new matter.
 */

import { defineActor, defineEvent } from 'dramatis'
import { booking, loss, parcel } from './shipment-fields.js'
import { whyNotBooked, whyNotEnded, whyNotHandedOver } from './shipment-rules.js'
import type { ShipmentState } from './shipment-state.js'

export const Shipment = defineActor('Shipment', {
  initialState: (): ShipmentState => ({ status: 'none' }),
  events: {
    ShipmentBooked: defineEvent(booking),
    ParcelHandedOver: defineEvent(parcel),
    ParcelDelivered: defineEvent({}),
    ParcelLost: defineEvent(loss),
  },
  evolve: {
    ShipmentBooked: () => ({ status: 'booked' }),
    ParcelHandedOver: () => ({ status: 'under way' }),
    ParcelDelivered: () => ({ status: 'delivered' }),
    ParcelLost: () => ({ status: 'lost' }),
  },
  commands: {
    book: {
      schema: booking,
      decide: (state, command, { events, reject }) => {
        const no = whyNotBooked(state)
        return no === null ? events.ShipmentBooked(command) : reject(...no)
      },
    },
    handOver: {
      schema: parcel,
      decide: (state, command, { events, reject }) => {
        const no = whyNotHandedOver(state)
        return no === null ? events.ParcelHandedOver(command) : reject(...no)
      },
    },
    deliver: {
      schema: {},
      decide: (state, _command, { events, reject }) => {
        const no = whyNotEnded(state)
        return no === null ? events.ParcelDelivered({}) : reject(...no)
      },
    },
    lose: {
      schema: loss,
      decide: (state, command, { events, reject }) => {
        const no = whyNotEnded(state)
        return no === null ? events.ParcelLost(command) : reject(...no)
      },
    },
  },
})
