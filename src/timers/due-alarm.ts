/**
 * The one operating system timer of a due queue.
 *
 * Goes by the elapsed time, while timers go by the wall clock, which may jump: so it never sleeps longer
 * than `checkMsMax`, and whoever it wakes asks the wall clock again.
 */

import type { Cancel, Clock } from '../base/clock.js'

/** How long a jump of the wall clock may go unnoticed. Milliseconds. */
export const checkMsMax = 1_000

export class DueAlarm {
  readonly #clock: Clock
  readonly #onRing: () => void
  #cancel: Cancel = () => {}

  constructor(clock: Clock, onRing: () => void) {
    this.#clock = clock
    this.#onRing = onRing
  }

  /** Rings once, at a time or for a look at the clock before; replaces what was set. */
  setFor(atMs: number): void {
    this.#cancel()
    const delayMs = Math.min(Math.max(0, atMs - this.#clock.nowMs()), checkMsMax)
    this.#cancel = this.#clock.schedule(delayMs, this.#onRing)
  }

  clear(): void {
    this.#cancel()
  }
}
