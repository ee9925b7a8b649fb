/**
 * What of each product an order needs: its lines, added up by product.
 *
 * Stock is reserved once per order and product, so that the order's id can name the reservation.
 *
 * Invariant: each product once, in the order of its first line.
 */

import type { OrderLine } from '../order/order-state.js'

/** Pieces of one product. */
export interface Pieces {
  readonly productId: string
  readonly quantity: number
}

export function piecesOf(
  lines: readonly Pick<OrderLine, 'productId' | 'quantity'>[],
): readonly Pieces[] {
  const quantities = new Map<string, number>()
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity)
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }))
}
