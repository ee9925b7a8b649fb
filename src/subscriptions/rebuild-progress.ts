/**
 * How far a rebuild is, how fast, and how long it will take; and how long it pauses to be no faster.
 *
 * Arithmetic on what turns report; the rebuild itself is in `view-build.ts`.
 */

import type { Clock } from '../base/clock.js'
import type { Position } from '../events/event.js'
import type { ProjectOutcome } from './project-task.js'

export interface RebuildProgress {
  /** The new rows are at this position, of `head`. */
  readonly position: Position
  readonly head: Position
  /** Events applied so far, without those before an interruption. */
  readonly events: number
  /** Events applied per second, on average. */
  readonly eventsPerSecond: number
  /** Positions passed per second, on average; those of events that the view does not want included. */
  readonly positionsPerSecond: number
  /** Milliseconds to go at this rate. */
  readonly etaMs: number
}

export interface RebuildResult {
  /** Events applied, without those before an interruption. */
  readonly events: number
  readonly durationMs: number
  /** Rows in the new generation. */
  readonly rows: number
}

/** Adds up what turns report. */
export class RebuildProgressMeter {
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #startedAt: Position
  #latest: RebuildProgress

  /** @param startedAt - Where the rebuild goes on. */
  constructor(clock: Clock, startedAt: Position, head: Position) {
    this.#clock = clock
    this.#startedMs = clock.elapsedMs()
    this.#startedAt = startedAt
    const rates = { eventsPerSecond: 0, positionsPerSecond: 0, etaMs: 0 }
    this.#latest = { position: startedAt, head, events: 0, ...rates }
  }

  get latest(): RebuildProgress {
    return this.#latest
  }

  add(outcome: ProjectOutcome): RebuildProgress {
    const { cursor: position, head } = outcome
    const events = this.#latest.events + outcome.events
    const elapsedMs = Math.max(1, this.#clock.elapsedMs() - this.#startedMs)
    const positionsPerSecond = ((position - this.#startedAt) / elapsedMs) * 1_000
    const left = Math.max(0, head - position)
    this.#latest = {
      position,
      head,
      events,
      eventsPerSecond: (events / elapsedMs) * 1_000,
      positionsPerSecond,
      etaMs: positionsPerSecond === 0 ? 0 : (left / positionsPerSecond) * 1_000,
    }
    return this.#latest
  }

  result(): Omit<RebuildResult, 'rows'> {
    return {
      events: this.#latest.events,
      durationMs: this.#clock.elapsedMs() - this.#startedMs,
    }
  }
}

/** Events of one turn of a throttled rebuild: a quarter of a second's worth. */
export function throttledEventsMax(eventsPerSecondMax: number): number {
  return Math.max(1, Math.floor(eventsPerSecondMax / 4))
}

/** How long to pause after a turn, so that the rate is not exceeded. Milliseconds. */
export function throttlePauseMs(
  { events, durationMs }: { readonly events: number; readonly durationMs: number },
  eventsPerSecondMax: number,
): number {
  return Math.max(0, Math.ceil((events / eventsPerSecondMax) * 1_000 - durationMs))
}
