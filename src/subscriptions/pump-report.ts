/**
 * The report under construction: what a pump did since it last reported.
 *
 * One report is on its way at a time; the next gathers meanwhile. So a slow disk makes reports larger,
 * not more.
 *
 * Invariants:
 *   - changes leave in the order they happened;
 *   - `acknowledged` trails `sequence` by at most one.
 */

import type { ErrorData } from '../base/errors.js'
import type { Position } from '../events/event.js'
import type { KeyChange, PumpReport } from './pump-messages.js'
import type { ParkCause } from './retry-policy.js'
import type { KeyName } from './work-store.js'

type AfterFailure =
  | { readonly kind: 'later'; readonly delayMs: number }
  | { readonly kind: 'park'; readonly cause: ParkCause }

export class PumpReportBuilder {
  /** Number of the report that is gathering now. */
  #sequence = 1
  #acknowledged = 0
  #handled = 0
  #retried = 0
  #changes: KeyChange[] = []
  /** Deliveries and changes that no report has carried yet. */
  #unreported = 0

  get sequence(): number {
    return this.#sequence
  }

  /** Number of the report that carries what was noted last, whether it has left or not. */
  get newest(): number {
    return this.#unreported > 0 ? this.#sequence : this.#sequence - 1
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  get unreported(): number {
    return this.#unreported
  }

  /** True while a report is on its way. */
  get isAwaited(): boolean {
    return this.#acknowledged < this.#sequence - 1
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = sequence
  }

  handled(): void {
    this.#handled += 1
    this.#unreported += 1
  }

  retried(): void {
    this.#retried += 1
  }

  queued({ partition, key }: KeyName, position: Position): void {
    this.#add({ type: 'queued', partition, key, position })
  }

  failed(
    { partition, key }: KeyName,
    position: Position,
    attempt: number,
    error: ErrorData,
    next: AfterFailure,
  ): void {
    this.#add({ type: 'failed', partition, key, position, attempt, error, next })
  }

  done({ partition, key }: KeyName, position: Position, nextPosition: Position | null): void {
    this.#add({ type: 'done', partition, key, position, nextPosition })
  }

  /** Closes the report and begins the next. */
  take(cursors: readonly (readonly [number, Position])[]): PumpReport {
    const report = {
      sequence: this.#sequence++,
      cursors,
      handled: this.#handled,
      retried: this.#retried,
      changes: this.#changes,
    }
    this.#handled = 0
    this.#retried = 0
    this.#changes = []
    this.#unreported = 0
    return report
  }

  #add(change: KeyChange): void {
    this.#changes.push(change)
    this.#unreported += 1
  }
}
