/**
 * The twins: two ways to coordinate the same fulfilment.
 */

import type { AppDefinition } from 'dramatis'
import choreographed from '../fulfilment/choreographed/app.js'
import orchestrated from '../fulfilment/orchestrated/app.js'
import type { OrderPlaced } from '../fulfilment/order-input.js'
import { piecesOf } from '../fulfilment/pieces.js'

export type TwinName = 'choreographed' | 'orchestrated'

export interface Twin {
  readonly name: TwinName
  readonly app: AppDefinition
  /** For the threads. */
  readonly url: URL
  /** Events that an order of so many products leads to when all goes well. */
  readonly eventsOf: (products: number) => number
}

export const twins: readonly [choreographed: Twin, orchestrated: Twin] = [
  {
    name: 'choreographed',
    app: choreographed,
    url: new URL('../fulfilment/choreographed/app.js', import.meta.url),
    eventsOf: (products: number) => 12 + 3 * products,
  },
  {
    name: 'orchestrated',
    app: orchestrated,
    url: new URL('../fulfilment/orchestrated/app.js', import.meta.url),
    eventsOf: (products: number) => 36 + 4 * products,
  },
]

/** About how many events the log will have, a little more than less: of what fails, less is recorded. */
export function eventsExpected({ eventsOf }: Twin, orders: readonly OrderPlaced[]): number {
  const products = piecesOf(orders.flatMap(({ payload }) => payload.lines)).length
  return orders.reduce(
    (events, { payload }) => events + eventsOf(piecesOf(payload.lines).length),
    products,
  )
}
