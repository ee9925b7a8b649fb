/**
 * How far a rebuild is, how fast, and how long it will take.
 *
 * Arithmetic on what turns report; the rebuild itself is in `view.ts`.
 */

import type { Clock } from '../base/clock.js'
import type { Position } from '../events/event.js'
import type { ProjectOutcome } from './project-task.js'

export interface RebuildProgress {
  /** The new rows are at this position, of `head`. */
  readonly position: Position
  readonly head: Position
  /** Events applied so far. */
  readonly events: number
  /** Positions passed per second, on average. */
  readonly positionsPerSecond: number
  /** Milliseconds to go at this rate. */
  readonly etaMs: number
}

export interface RebuildResult {
  /** Events applied. */
  readonly events: number
  readonly durationMs: number
  /** Rows in the new generation. */
  readonly rows: number
}

/** Adds up what turns report. */
export interface RebuildProgressMeter {
  add(outcome: ProjectOutcome): RebuildProgress
  result(): Omit<RebuildResult, 'rows'>
}

export function createRebuildProgress(clock: Clock): RebuildProgressMeter {
  const startedMs = clock.elapsedMs()
  let events = 0
  return {
    add: (outcome) => {
      events += outcome.events
      const elapsedMs = Math.max(1, clock.elapsedMs() - startedMs)
      const positionsPerSecond = (outcome.cursor / elapsedMs) * 1_000
      const left = Math.max(0, outcome.head - outcome.cursor)
      return {
        position: outcome.cursor,
        head: outcome.head,
        events,
        positionsPerSecond,
        etaMs: positionsPerSecond === 0 ? 0 : (left / positionsPerSecond) * 1_000,
      }
    },
    result: () => ({ events, durationMs: clock.elapsedMs() - startedMs }),
  }
}
