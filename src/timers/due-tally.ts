/**
 * What a due queue has done since it was made: counts, and how late its firings were.
 */

import type { ErrorData } from '../base/errors.js'

/** How late firings were, from their times to their calls. Milliseconds; 0 before the first. */
export interface Lateness {
  readonly meanMs: number
  readonly maxMs: number
}

export interface DueQueueStatus {
  /** Timers that are set, those in flight included. */
  readonly pending: number
  /** Timers that are being fired. */
  readonly inFlight: number
  /** Timers whose firing failed and is tried again. */
  readonly failing: number
  /** Firings that came through since it was opened. */
  readonly fired: number
  /** Firings that failed since it was opened. */
  readonly failed: number
  /** How long that one has been due which is being fired for longest. Milliseconds; 0: none is. */
  readonly overdueMs: number
  /** Of the firings that came through since it was opened. */
  readonly lateness: Lateness
  /** Why the timers could not be read or written last, until they can. */
  readonly error: ErrorData | null
}

export class DueTally {
  #fired = 0
  #failed = 0
  #lateSumMs = 0
  #lateMsMax = 0

  get fired(): number {
    return this.#fired
  }

  get failed(): number {
    return this.#failed
  }

  get lateness(): Lateness {
    const meanMs = this.#fired === 0 ? 0 : this.#lateSumMs / this.#fired
    return { meanMs, maxMs: this.#lateMsMax }
  }

  countFired(lateMs: number): void {
    this.#fired++
    this.#lateSumMs += lateMs
    this.#lateMsMax = Math.max(this.#lateMsMax, lateMs)
  }

  countFailed(): void {
    this.#failed++
  }
}
