/**
 * What happens after a failed delivery: try at once, try later, or park the key.
 *
 * Pure. The pump carries the decision out; the work store keeps attempt and time; this module answers
 * one question and has no other reason to change.
 *
 * Invariants:
 *   - attempts are 1-based: the first delivery is attempt 1;
 *   - at most `policy.attemptsMax` deliveries, whatever the errors say;
 *   - 0 <= delayMs <= policy.delayMsMax, but for a pause that the handler itself asked for;
 *   - jitter only shortens a pause.
 */

import assert from 'node:assert/strict'
import type { ErrorData } from '../base/errors.js'
import type { RetryPolicy } from '../define/retry.js'

/** Why a key was parked. */
export type ParkCause = 'ATTEMPTS_EXHAUSTED' | 'TERMINAL' | 'WORKER_CRASH'

/** A delivery that failed. */
export interface DeliveryFailure {
  readonly error: ErrorData
  /** The handler said that trying again is pointless. */
  readonly terminal: boolean
  /** The pause the handler asked for; `null`: by policy. */
  readonly retryAfterMs: number | null
}

export type RetryDecision =
  | { readonly kind: 'now' }
  | { readonly kind: 'later'; readonly delayMs: number }
  | { readonly kind: 'park'; readonly cause: ParkCause }

/** The longest pause that a handler may ask for. Milliseconds: 30 days. */
export const retryAfterMsMax: number = 30 * 24 * 3_600_000

/**
 * Decides what follows a failed delivery.
 *
 * @param attempt - The attempt that just failed, 1-based.
 * @param random - Uniform sample in [0, 1). A parameter, so that tests are exact.
 */
export function decideAfterFailure(
  policy: RetryPolicy,
  failure: DeliveryFailure,
  attempt: number,
  random: number,
): RetryDecision {
  assert(attempt >= 1)
  if (failure.terminal) return { kind: 'park', cause: 'TERMINAL' }
  if (attempt >= policy.attemptsMax) return { kind: 'park', cause: 'ATTEMPTS_EXHAUSTED' }
  if (failure.retryAfterMs !== null) {
    return { kind: 'later', delayMs: Math.min(failure.retryAfterMs, retryAfterMsMax) }
  }
  if (attempt <= policy.retriesAtOnce) return { kind: 'now' }
  return { kind: 'later', delayMs: retryDelayMs(policy, attempt - policy.retriesAtOnce, random) }
}

/** The pause before the nth delayed retry, n from 1: doubling, capped, half of it random. */
export function retryDelayMs(policy: RetryPolicy, delayedRetry: number, random: number): number {
  assert(delayedRetry >= 1)
  const ceilingMs = Math.min(policy.delayMs * 2 ** (delayedRetry - 1), policy.delayMsMax)
  // Half fixed, half random: enough spread to break up herds, never less than half the backoff.
  return Math.floor(ceilingMs / 2 + (ceilingMs / 2) * random)
}

/** The pause after the nth failure in a row of something that is tried for ever, n from 1. */
export function restartDelayMs(failures: number): number {
  return Math.min(100 * 2 ** Math.min(failures - 1, 10), 30_000)
}

/** How often the thread under an event may die before the event is parked. */
export const deathsMax = 3

/**
 * Whether an event is parked under which a thread died that it had to itself. With company it never is: which of
 * several events it was is not known, so the death is no attempt of any, and each is tried alone.
 *
 * @param attempt - The attempt that the thread did not survive, 1-based.
 * @param deaths - Threads that died under the event, those with company included.
 */
export function isFatal(policy: RetryPolicy, attempt: number, deaths: number): boolean {
  return deaths >= deathsMax || attempt >= policy.attemptsMax
}
