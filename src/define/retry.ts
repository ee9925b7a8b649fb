/**
 * The retry options of a handler: what users write, and the complete form the runtime trusts.
 *
 * When a retry happens is decided in `subscriptions/retry-policy.ts`; this file only names and
 * bounds the numbers.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys } from '../base/options.js'

/** How a handler is retried. Build one with {@link parseRetryPolicy}; it is frozen. */
export interface RetryPolicy {
  /** Deliveries in total, the first included. Integer in [1, 100]. @default 5 */
  readonly attemptsMax: number
  /** How many of the retries come at once, without a pause. Integer in [0, 10]. @default 1 */
  readonly retriesAtOnce: number
  /** First pause; doubles each time. Milliseconds in [1, 3_600_000]. @default 100 */
  readonly delayMs: number
  /** Ceiling for one pause. Milliseconds, from delayMs to 86_400_000. @default 30_000 */
  readonly delayMsMax: number
}

export const defaultRetryPolicy: RetryPolicy = Object.freeze({
  attemptsMax: 5,
  retriesAtOnce: 1,
  delayMs: 100,
  delayMsMax: 30_000,
})

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseRetryPolicy(
  argument: string,
  options: Partial<RetryPolicy> = {},
): RetryPolicy {
  if (options === null || typeof options !== 'object') {
    throw new InvalidArgumentError(argument, 'an object', options)
  }
  knownKeys(argument, options, Object.keys(defaultRetryPolicy))
  const delayMs = options.delayMs ?? defaultRetryPolicy.delayMs
  integerIn(`${argument}.delayMs`, delayMs, 1, 3_600_000)
  const delayMsMax = options.delayMsMax ?? Math.max(delayMs, defaultRetryPolicy.delayMsMax)
  return Object.freeze({
    attemptsMax: integerIn(
      `${argument}.attemptsMax`,
      options.attemptsMax ?? defaultRetryPolicy.attemptsMax,
      1,
      100,
    ),
    retriesAtOnce: integerIn(
      `${argument}.retriesAtOnce`,
      options.retriesAtOnce ?? defaultRetryPolicy.retriesAtOnce,
      0,
      10,
    ),
    delayMs,
    delayMsMax: integerIn(`${argument}.delayMsMax`, delayMsMax, delayMs, 86_400_000),
  })
}
