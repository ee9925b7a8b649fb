/**
 * Law: a handler takes the events of one key in order, each only when the one before it is done with.
 *
 * A new life may repeat what was handled in the one before; within a life nothing is repeated.
 */

import { type Delivery, keyOf, placeOf } from './delivery.js'

export interface DeliveredHistory {
  /** In the order in which they were made. */
  readonly deliveries: readonly Delivery[]
}

export function keysAreInOrder({ deliveries }: DeliveredHistory): string[] {
  const problems: string[] = []
  const keys = new Map<string, { readonly handledTo: number; readonly last: Delivery }>()
  for (const delivery of deliveries) {
    const { version, outcome, life } = delivery
    const { handledTo = 0, last } = keys.get(keyOf(delivery)) ?? {}
    if (version > handledTo + 1) {
      problems.push(`${placeOf(delivery)} came before ${handledTo + 1} was handled`)
    }
    if (last?.life === life && version !== last.version + (last.outcome === 'handled' ? 1 : 0)) {
      problems.push(`${placeOf(delivery)} followed ${last.version} ${last.outcome}`)
    }
    const reached = outcome === 'handled' ? Math.max(handledTo, version) : handledTo
    keys.set(keyOf(delivery), { handledTo: reached, last: delivery })
  }
  return problems
}
