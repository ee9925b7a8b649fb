/**
 * How many per second: an average over the last ten whole seconds.
 */

import type { Clock } from '../base/clock.js'

const windowSeconds = 10

export class RateMeter {
  readonly #clock: Clock
  readonly #startedSecond: number
  /** Counts by second, modulo the window and one for the second under way. */
  readonly #counts: number[] = Array.from({ length: windowSeconds + 1 }, () => 0)
  #second: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#second = secondOf(clock)
    this.#startedSecond = this.#second
  }

  add(count: number): void {
    this.#advance()
    this.#counts[this.#second % this.#counts.length]! += count
  }

  perSecond(): number {
    this.#advance()
    const whole = Math.min(windowSeconds, this.#second - this.#startedSecond)
    if (whole === 0) return this.#counts[this.#second % this.#counts.length]!
    let sum = 0
    for (let back = 1; back <= whole; back++) {
      sum += this.#counts[(this.#second - back) % this.#counts.length]!
    }
    return sum / whole
  }

  #advance(): void {
    const now = secondOf(this.#clock)
    const steps = Math.min(now - this.#second, this.#counts.length)
    for (let step = 0; step < steps; step++) this.#counts[(now - step) % this.#counts.length] = 0
    this.#second = now
  }
}

function secondOf(clock: Clock): number {
  return Math.floor(clock.elapsedMs() / 1_000)
}
