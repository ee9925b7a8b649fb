/**
 * Law: attempts are bounded and survive restarts. They count on from life to life; a kill can take back the
 * last one only, which nobody wrote down.
 */

import { type Delivery, keyOf, placeOf } from './delivery.js'
import type { DeliveredHistory } from './keys-are-in-order.js'

export interface AttemptedHistory extends DeliveredHistory {
  readonly attemptsMax: number
  /** From this life on, parked keys were tried again with a clean slate. */
  readonly redrivenIn?: number
}

export function attemptsAreBounded(history: AttemptedHistory): string[] {
  const { deliveries, attemptsMax, redrivenIn = Infinity } = history
  const problems: string[] = []
  const failures = new Map<string, Delivery>()
  for (const delivery of deliveries) {
    const { attempt, life, outcome } = delivery
    const event = `${keyOf(delivery)}@${delivery.version}`
    const failed = failures.get(event)
    const isForgotten = failed?.attempt === attemptsMax && life >= redrivenIn
    const before = isForgotten ? 0 : (failed?.attempt ?? 0)
    const isNext = attempt === before + 1
    const isAgain = attempt === before && failed?.life !== life
    if (!isNext && !isAgain) {
      problems.push(`${placeOf(delivery)} was attempt ${attempt} after ${before}`)
    }
    if (attempt > attemptsMax) {
      problems.push(`${placeOf(delivery)} was attempt ${attempt} of ${attemptsMax}`)
    }
    if (outcome === 'failed') failures.set(event, delivery)
  }
  return problems
}
