/**
 * A manual clock that knows the latest time it has ever shown anybody.
 *
 * What was begun at that time may be done after the clock was set back: that is not early.
 */

import { ManualClock } from '../../src/base/manual-clock.js'

export class PeakClock extends ManualClock {
  #peakMs = Number.NEGATIVE_INFINITY

  /** Milliseconds since the epoch. */
  get peakMs(): number {
    return this.#peakMs
  }

  override nowMs(): number {
    const nowMs = super.nowMs()
    this.#peakMs = Math.max(this.#peakMs, nowMs)
    return nowMs
  }
}
