/**
 * Delivering the parts of one recorded event to a handler, in order and as one.
 *
 * The recorded event is done when all of its parts are. When one fails, the attempt has failed, and the
 * next one begins with the first part again, under the same idempotency keys.
 */

import type { RecordedEvent } from '../events/event.js'
import { type DeliveryOutcome, failureOf } from './delivery.js'
import type { DeliveryFailure } from './retry-policy.js'

/** Delivers one part after the other, up to the first that fails. At once, if nothing is waited for. */
export function deliverParts(
  parts: readonly RecordedEvent[],
  deliver: (part: RecordedEvent) => DeliveryOutcome | Promise<DeliveryOutcome>,
  first = 0,
): DeliveryOutcome | Promise<DeliveryOutcome> {
  for (let at = first; at < parts.length; at++) {
    const outcome = deliver(parts[at]!)
    if (outcome instanceof Promise) {
      return outcome.then((settled) => settled ?? deliverParts(parts, deliver, at + 1))
    }
    if (outcome !== null) return outcome
  }
  return null
}

/** An event that cannot be upcast is not tried again: it fails until the code has changed. */
export function upcastFailure(error: unknown): DeliveryFailure {
  return { ...failureOf(error), terminal: true }
}
