/**
 * How orders ended, held against what had to become of them, and against the other twin. Pure.
 *
 * The world outside decides beforehand whose card is declined and whose parcel is lost. Only the last
 * pieces of a product that comes short go to whoever is first: there, and nowhere else, time decides.
 */

import type { LawReport } from '../fulfilment/books.js'
import { examplesMax } from '../fulfilment/books.js'
import type { OrderPlaced } from '../fulfilment/order-input.js'
import {
  isDeclined,
  isLost,
  isShort,
  type OutsidePlan,
} from '../fulfilment/outside/outside-plan.js'

/** Why orders were taken back, by id. One that is not in here was delivered. */
export type TakenBack = Readonly<Record<string, string>>

/** Whether every order ended as the world outside had it. */
export function lawOfEnds(
  orders: readonly OrderPlaced[],
  plan: OutsidePlan,
  takenBack: TakenBack,
): LawReport {
  const broken = orders.filter((order) => !isDue(order, plan, takenBack[order.orderId]))
  return {
    name: 'cards, parcels and missing stock alone say how an order ends',
    holds: 'at rest',
    broken: broken.length,
    examples: broken.slice(0, examplesMax).map(({ orderId }) => orderId),
  }
}

/** How many orders ended one way here and another way there. */
export function endsApart(here: TakenBack, there: TakenBack): number {
  const orderIds = new Set([...Object.keys(here), ...Object.keys(there)])
  return [...orderIds].filter((orderId) => here[orderId] !== there[orderId]).length
}

function isDue(order: OrderPlaced, plan: OutsidePlan, reason: string | undefined): boolean {
  if (reason !== 'OUT_OF_STOCK') return reason === luckOf(order.orderId, plan)
  return order.payload.lines.some(({ productId }) => isShort(plan, productId))
}

/** Why an order that got its goods is taken back; `undefined`: it is not. */
function luckOf(orderId: string, plan: OutsidePlan): string | undefined {
  if (isDeclined(plan, orderId)) return 'CARD_DECLINED'
  return isLost(plan, orderId) ? 'PARCEL_LOST' : undefined
}
