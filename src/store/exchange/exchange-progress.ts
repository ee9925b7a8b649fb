/**
 * How far an export or an import is, how fast, and how long it will take.
 */

import type { Clock } from '../../base/clock.js'
import type { Position } from '../../events/event.js'
import type { ExportRange } from './exchange-format.js'

export interface ExchangeProgress {
  /** What is being done: an import first checks the whole file and verifies the store at the end. */
  readonly step: 'checking' | 'writing' | 'verifying'
  /** Done up to here, of `to`. */
  readonly position: Position
  readonly to: Position
  readonly eventsPerSecond: number
  /** Milliseconds to go in this step, at this rate. */
  readonly etaMs: number
}

export interface ExchangeOptions {
  /** Called about every thousand events. */
  readonly onProgress?: (progress: ExchangeProgress) => void
  /** Ends the work; it rejects with the signal's reason, and can be taken up again. */
  readonly signal?: AbortSignal
}

/** Reports the progress of one step, and stops it when the signal says so. */
export function createProgress(
  clock: Clock,
  step: ExchangeProgress['step'],
  { after, to }: ExportRange,
  { onProgress, signal }: ExchangeOptions,
): (position: Position) => void {
  const startedMs = clock.elapsedMs()
  return (position) => {
    signal?.throwIfAborted()
    if (onProgress === undefined) return
    const elapsedMs = Math.max(1, clock.elapsedMs() - startedMs)
    const perMs = (position - after) / elapsedMs
    onProgress({
      step,
      position,
      to,
      eventsPerSecond: perMs * 1_000,
      etaMs: perMs === 0 ? 0 : (to - position) / perMs,
    })
  }
}
