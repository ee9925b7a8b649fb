/**
 * A clock that moves only when told to: time for tests and simulations.
 *
 * Calls fall due by the elapsed time, in the order of their time, then of their scheduling; the wall clock
 * moves along, and can be set apart from it. It owns no real timer.
 */

import assert from 'node:assert/strict'
import type { Cancel, Clock } from './clock.js'

interface ScheduledCall {
  /** By the elapsed time. */
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

export class ManualClock implements Clock {
  /** What the wall clock showed when nothing had elapsed, as it is set now. */
  #originMs: number
  #elapsedMs = 0
  #order = 0
  #calls: ScheduledCall[] = []

  /** @param nowMs - Where the clock starts. Milliseconds since the Unix epoch. */
  constructor(nowMs: number = Date.UTC(2026, 0, 1)) {
    this.#originMs = nowMs
  }

  /** How many calls are still waiting. */
  get pending(): number {
    return this.#calls.length
  }

  nowMs(): number {
    return this.#originMs + this.#elapsedMs
  }

  elapsedMs(): number {
    return this.#elapsedMs
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    const call = { atMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#calls.push(call)
    return () => {
      this.#calls = this.#calls.filter((waiting) => waiting !== call)
    }
  }

  /** Moves time on and makes the calls that fall due, in order. */
  advance(byMs: number): void {
    assert(byMs >= 0)
    const untilMs = this.#elapsedMs + byMs
    for (let due = this.#nextDue(untilMs); due !== undefined; due = this.#nextDue(untilMs)) {
      this.#calls = this.#calls.filter((waiting) => waiting !== due)
      this.#elapsedMs = Math.max(this.#elapsedMs, due.atMs)
      due.callback()
    }
    this.#elapsedMs = untilMs
  }

  /** Sets the wall clock forwards or back, as an operator may. No time elapses and no call is made. */
  jump(byMs: number): void {
    this.#originMs += byMs
  }

  #nextDue(untilMs: number): ScheduledCall | undefined {
    return this.#calls
      .filter((call) => call.atMs <= untilMs)
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
  }
}
