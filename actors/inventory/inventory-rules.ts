/**
 * The rules of stock: why something cannot be done to it, as data.
 *
 * Pure. Reasons are stable: clients match on them. Nothing here is idempotent on purpose: whoever asks
 * for the same thing twice is told so.
 */

import type { Refusal } from '../order/order-rules.js'
import type { InventoryState } from './inventory-state.js'
import { quantityOf } from './reservations.js'

export function whyNotReserved(
  { available, reservations }: InventoryState,
  reservationId: string,
  quantity: number,
): Refusal | null {
  if (quantityOf(reservations, reservationId) !== undefined) {
    return ['RESERVATION_EXISTS', `${reservationId} is open`]
  }
  return quantity <= available ? null : ['OUT_OF_STOCK', `${quantity} of ${available} available`]
}

export function whyNotOpen(
  { reservations }: InventoryState,
  reservationId: string,
): Refusal | null {
  return quantityOf(reservations, reservationId) === undefined
    ? ['RESERVATION_UNKNOWN', `${reservationId} is not open`]
    : null
}
