/**
 * A clock that moves only when told to: time for tests and simulations.
 *
 * Calls fall due in the order of their time, then of their scheduling. It owns no real timer.
 */

import assert from 'node:assert/strict'
import type { Cancel, Clock } from './clock.js'

interface ScheduledCall {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

export class ManualClock implements Clock {
  #nowMs: number
  readonly #startMs: number
  #order = 0
  #calls: ScheduledCall[] = []

  /** @param nowMs - Where the clock starts. Milliseconds since the Unix epoch. */
  constructor(nowMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs
    this.#startMs = nowMs
  }

  /** How many calls are still waiting. */
  get pending(): number {
    return this.#calls.length
  }

  nowMs(): number {
    return this.#nowMs
  }

  elapsedMs(): number {
    return this.#nowMs - this.#startMs
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    const call = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#calls.push(call)
    return () => {
      this.#calls = this.#calls.filter((waiting) => waiting !== call)
    }
  }

  /** Moves time on and makes the calls that fall due, in order. */
  advance(byMs: number): void {
    assert(byMs >= 0)
    const untilMs = this.#nowMs + byMs
    for (let due = this.#nextDue(untilMs); due !== undefined; due = this.#nextDue(untilMs)) {
      this.#calls = this.#calls.filter((waiting) => waiting !== due)
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      due.callback()
    }
    this.#nowMs = untilMs
  }

  /** Moves time on to the next call that waits. @returns whether there was one. */
  advanceToNext(): boolean {
    const next = this.#nextDue(Number.POSITIVE_INFINITY)
    if (next === undefined) return false
    this.advance(Math.max(0, next.atMs - this.#nowMs))
    return true
  }

  #nextDue(untilMs: number): ScheduledCall | undefined {
    return this.#calls
      .filter((call) => call.atMs <= untilMs)
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
  }
}
