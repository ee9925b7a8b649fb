/**
 * The one alarm of a due queue: at the time of the first timer, or for another try at what failed.
 */

import type { Cancel, Clock } from '../base/clock.js'

/** Pause before tables that could not be read are read again. Milliseconds. */
const retryMs = 1_000

export class DueAlarm {
  readonly #clock: Clock
  readonly #onRing: () => void
  #cancel: Cancel = () => {}

  constructor(clock: Clock, onRing: () => void) {
    this.#clock = clock
    this.#onRing = onRing
  }

  /** Rings once, when the wall clock shows a time; replaces what was set. */
  setFor(atMs: number): void {
    this.#cancel()
    this.#cancel = this.#clock.scheduleAt(atMs, this.#onRing)
  }

  /** Rings once, in a while; replaces what was set. */
  setForRetry(): void {
    this.#cancel()
    this.#cancel = this.#clock.schedule(retryMs, this.#onRing)
  }

  clear(): void {
    this.#cancel()
  }
}
