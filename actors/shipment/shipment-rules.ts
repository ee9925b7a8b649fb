/**
 * The rules of shipments: why something cannot be done to one, as data.
 *
 * Pure. Reasons are stable: clients match on them.
 */

import type { Refusal } from '../order/order-rules.js'
import type { ShipmentState } from './shipment-state.js'

export function whyNotBooked(state: ShipmentState): Refusal | null {
  return state.status === 'none' ? null : ['SHIPMENT_EXISTS', shipmentIs(state)]
}

export function whyNotHandedOver(state: ShipmentState): Refusal | null {
  if (state.status === 'none') return ['SHIPMENT_UNKNOWN']
  return state.status === 'booked' ? null : ['SHIPMENT_NOT_BOOKED', shipmentIs(state)]
}

/** Only what is under way arrives, or is lost. */
export function whyNotEnded(state: ShipmentState): Refusal | null {
  if (state.status === 'none') return ['SHIPMENT_UNKNOWN']
  return state.status === 'under way' ? null : ['SHIPMENT_NOT_UNDER_WAY', shipmentIs(state)]
}

function shipmentIs(state: ShipmentState): string {
  return `the shipment is ${state.status}`
}
