/**
 * What a `Fulfilment` remembers of its order, beside how far it is: that the runtime keeps.
 */

import type { UndoCause } from 'dramatis'
import type { OrderLine } from '../../order/order-state.js'
import { type Pieces, piecesOf } from '../pieces.js'

export interface Fulfilling {
  readonly pieces: readonly Pieces[]
  readonly amountCents: number
  /** From here on the goods leave, and cancelling is too late. */
  readonly isPaid: boolean
}

/** Of an order that was just created. */
export function begun(order: {
  readonly lines: readonly OrderLine[]
  readonly totalCents: number
}): Fulfilling {
  return { pieces: piecesOf(order.lines), amountCents: order.totalCents, isPaid: false }
}

const reasonCharsMax = 200

/** Why everything is taken back, in as many characters as the actors take. */
export function reasonOf(cause: UndoCause | null): string {
  return (cause?.reason ?? 'CANCELLED').slice(0, reasonCharsMax)
}
