/**
 * A clock that moves only when told to: time for tests and simulations.
 *
 * Calls fall due by the elapsed time or by the wall clock, in the order of their time, then of their
 * scheduling. The wall clock moves along, and can be set apart. It owns no real timer.
 */

import assert from 'node:assert/strict'
import type { Cancel, Clock } from './clock.js'

interface ScheduledCall {
  readonly atMs: number
  /** Which of the two clocks `atMs` goes by. */
  readonly by: 'elapsed' | 'wall'
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
    return this.#add(this.#elapsedMs + Math.max(0, delayMs), 'elapsed', callback)
  }

  scheduleAt(atMs: number, callback: () => void): Cancel {
    return this.#add(atMs, 'wall', callback)
  }

  /** Moves time on and makes the calls that fall due, in order. */
  advance(byMs: number): void {
    assert(byMs >= 0)
    const untilMs = this.#elapsedMs + byMs
    for (let due = this.#nextDue(untilMs); due !== undefined; due = this.#nextDue(untilMs)) {
      this.#calls = this.#calls.filter((waiting) => waiting !== due)
      this.#elapsedMs = Math.max(this.#elapsedMs, this.#dueMs(due))
      due.callback()
    }
    this.#elapsedMs = untilMs
  }

  /** Sets the wall clock forwards or back, as an operator may. No time elapses and no call is made. */
  jump(byMs: number): void {
    this.#originMs += byMs
  }

  /** Moves time on to the next call that waits. @returns whether there was one. */
  advanceToNext(): boolean {
    const next = this.#nextDue(Number.POSITIVE_INFINITY)
    if (next === undefined) return false
    this.advance(Math.max(0, this.#dueMs(next) - this.#elapsedMs))
    return true
  }

  #add(atMs: number, by: ScheduledCall['by'], callback: () => void): Cancel {
    const call = { atMs, by, order: this.#order++, callback }
    this.#calls.push(call)
    return () => {
      this.#calls = this.#calls.filter((waiting) => waiting !== call)
    }
  }

  /** When a call falls due, by the elapsed time, as the wall clock is set now. */
  #dueMs({ atMs, by }: ScheduledCall): number {
    return by === 'elapsed' ? atMs : atMs - this.#originMs
  }

  #nextDue(untilMs: number): ScheduledCall | undefined {
    return this.#calls
      .filter((call) => this.#dueMs(call) <= untilMs)
      .sort((a, b) => this.#dueMs(a) - this.#dueMs(b) || a.order - b.order)[0]
  }
}
