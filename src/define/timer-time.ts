/**
 * When a timer fires: what callers on every thread say alike. Types only.
 */

/** Exactly one of `at` and `afterMs`. */
export interface TimerTime {
  /** At this time; at once if it is past. At most 100 years ahead. */
  readonly at?: Date
  /** After so long. Milliseconds, an integer from 0, at most 100 years. */
  readonly afterMs?: number
  /**
   * And again after every such interval, counted from the first time. What was missed, because the process
   * was down or the clock was set, is made up by one late firing. Milliseconds, an integer from 100.
   * @default fires once
   */
  readonly everyMs?: number
}
