/**
 * What a shipment remembers: where it stands. What is in it and who carries it, its events say.
 */

/** `none`: nobody has booked it. */
export type ShipmentStatus = 'none' | 'booked' | 'under way' | 'delivered' | 'lost'

export interface ShipmentState {
  readonly status: ShipmentStatus
}
