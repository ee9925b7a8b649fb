/**
 * Latencies of one round, in a histogram of three digits.
 */

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

const nsPerMs = 1e6

export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram()

  /** How many were recorded. */
  get count(): number {
    return this.#histogram.count
  }

  /** A clock may be behind the schedule by less than it can tell: that is no time at all. */
  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * nsPerMs)))
  }

  /** What that share does not exceed. @param percent - In (0, 100]; 100: the longest. Milliseconds. */
  percentileMs(percent: number): number {
    return this.#histogram.percentile(percent) / nsPerMs
  }
}
