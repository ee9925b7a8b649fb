/**
 * What fulfilment starts from: orders to place, and the stock that is there for them.
 *
 * Takes what every source of orders produces (made-up or real) and keeps the baskets: what became of an
 * order in its source does not count, fulfilment makes its own history.
 */

import type { OrderCommand } from '../order/order-command.js'
import { isShort, type OutsidePlan } from './outside/outside-plan.js'
import { type Pieces, piecesOf } from './pieces.js'

/** A basket that somebody orders. */
export type OrderPlaced = Extract<OrderCommand, { readonly step: 'create' }>

/** The orders among the commands, in their order. Baskets that the domain refuses are left out. */
export function ordersOf(commands: readonly OrderCommand[]): readonly OrderPlaced[] {
  return commands.filter(
    (command): command is OrderPlaced =>
      command.step === 'create' && command.payload.lines.length > 0,
  )
}

/**
 * What is received of each product before the first order: as much as all orders want of it, or half
 * of that where the plan says that it comes short, which may be nothing.
 */
export function stockFor(orders: readonly OrderPlaced[], plan: OutsidePlan): readonly Pieces[] {
  return piecesOf(orders.flatMap(({ payload }) => payload.lines)).map(
    ({ productId, quantity }) => ({
      productId,
      quantity: isShort(plan, productId) ? Math.floor(quantity / 2) : quantity,
    }),
  )
}
