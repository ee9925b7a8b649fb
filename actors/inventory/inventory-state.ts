/**
 * What a product's stock remembers: three counts, and the reservations that are open.
 *
 * Invariant, in every state: received = available + reserved + taken, where reserved is what all open
 * reservations hold together. None of them is negative.
 */

import { noReservations, type Reservations } from './reservations.js'

/** Pieces, all of them. */
export interface InventoryState {
  /** Ever received. */
  readonly received: number
  /** Neither reserved nor taken. */
  readonly available: number
  /** Gone from the shelf for good. */
  readonly taken: number
  /** Only those that are open: what was released or taken is forgotten. */
  readonly reservations: Reservations
}

export const emptyInventory: InventoryState = Object.freeze({
  received: 0,
  available: 0,
  taken: 0,
  reservations: noReservations,
})
