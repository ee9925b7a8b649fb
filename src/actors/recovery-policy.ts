/**
 * Recovery policy: how long to wait before a failed activation or reopening is tried again.
 *
 * Pure: exponential, with jitter that only shortens, so the ceiling is a true bound.
 */

import assert from 'node:assert/strict'
import type { ActorLimits } from './limits.js'

/**
 * @param failures - How many times it failed in a row, at least 1.
 * @param random - Uniform sample in [0, 1).
 * @returns Whole milliseconds in [1, limits.recoveryDelayMsMax].
 */
export function recoveryDelayMs(limits: ActorLimits, failures: number, random: number): number {
  assert(failures >= 1)
  // 2 ** 30 is far beyond any ceiling, and far below where doubling turns to Infinity.
  const doubledMs = limits.recoveryDelayMs * 2 ** Math.min(failures - 1, 30)
  const ceilingMs = Math.min(doubledMs, limits.recoveryDelayMsMax)
  return Math.max(1, Math.ceil(ceilingMs / 2 + (ceilingMs / 2) * random))
}
