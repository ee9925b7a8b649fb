/**
 * What becomes of a timer that fired, or that could not: pure decisions.
 *
 * Invariants:
 *   - a repeating timer stays on its grid: each time is the first one plus a whole number of intervals;
 *   - its next time is in the future, so what was missed is made up by one firing, not by many;
 *   - a timer that fails is tried again for ever, never more than `retryMsMax` later.
 */

import assert from 'node:assert/strict'
import type { ErrorData } from '../base/errors.js'
import type { DueRecord } from './due.js'

/** After the first failure; doubles each time. Milliseconds. */
const retryMsMin = 100
/** Longest pause between two tries. Milliseconds. */
export const retryMsMax = 30_000

/** The record after a firing that came through; `null`: it is done. */
export function afterFiring(record: DueRecord, nowMs: number): DueRecord | null {
  const { everyMs, dueAtMs } = record
  if (everyMs === null) return null
  assert(everyMs >= 1)
  const missed = Math.max(0, Math.floor((nowMs - dueAtMs) / everyMs))
  const nextMs = dueAtMs + (missed + 1) * everyMs
  return {
    ...record,
    dueAtMs: nextMs,
    tryAtMs: nextMs,
    occurrence: record.occurrence + 1,
    failures: 0,
    error: null,
  }
}

/** The record after a firing that failed. */
export function afterFailure(record: DueRecord, error: ErrorData, nowMs: number): DueRecord {
  const failures = record.failures + 1
  return { ...record, tryAtMs: nowMs + retryPauseMs(failures), failures, error }
}

/** The pause after the nth failure in a row, n from 1. */
export function retryPauseMs(failures: number): number {
  assert(failures >= 1)
  return Math.min(retryMsMin * 2 ** Math.min(failures - 1, 20), retryMsMax)
}
