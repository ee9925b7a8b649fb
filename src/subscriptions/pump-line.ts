/**
 * The line: the new events of one partition, one after the other.
 *
 * An event of a key that does not flow is put behind its key and the line moves on; an event that fails
 * sets its key aside and the line moves on. Events wait here only while the one before them is under
 * way or while the pump holds. Runs per event.
 *
 * Invariants:
 *   - at most one event of a line is under way;
 *   - `cursor` passes an event only when it was handled, or queued behind its key.
 */

import type { Position } from '../events/event.js'
import {
  asProbe,
  isTerminal,
  type KeyedEvent,
  type PumpContext,
  type Setback,
} from './pump-context.js'

export class PumpLine {
  readonly partition: number
  /** Events up to here were done before this pump began. */
  readonly doneBefore: Position
  readonly #context: PumpContext
  readonly #slot: number
  readonly #onBreaker: () => void
  #waiting: KeyedEvent[] = []
  /** Where the first waiting event is. */
  #head = 0
  /** Position under way, or 0. */
  #current: Position = 0

  constructor(
    context: PumpContext,
    partition: number,
    doneBefore: Position,
    slot: number,
    onBreaker: () => void,
  ) {
    this.#context = context
    this.partition = partition
    this.doneBefore = doneBefore
    this.#slot = slot
    this.#onBreaker = onBreaker
  }

  get waiting(): number {
    return this.#waiting.length - this.#head
  }

  get isBusy(): boolean {
    return this.#current > 0
  }

  /** Done contiguously, given that everything up to `scannedTo` was offered. */
  cursor(scannedTo: Position): Position {
    const next = this.#current || this.#waiting[this.#head]?.event.position
    return Math.max(this.doneBefore, next === undefined ? scannedTo : next - 1)
  }

  /** Takes in the next event of the partition. */
  offer(keyed: KeyedEvent): void {
    if (this.#current === 0 && this.waiting === 0 && this.#context.mayDeliver) this.#begin(keyed)
    else this.#waiting.push(keyed)
  }

  /** Works through what waits, until something has to be waited for. */
  advance(): void {
    while (this.#current === 0 && this.waiting > 0 && this.#context.mayDeliver) {
      this.#begin(this.#take())
    }
  }

  /** Delivers one waiting event although the pump holds. `null`: none waits. */
  async probe(): Promise<'succeeded' | 'failed' | null> {
    while (this.#current === 0 && this.waiting > 0) {
      const keyed = this.#take()
      if (this.#queueIfBlocked(keyed)) continue
      this.#current = keyed.event.position
      const setback = await this.#context.deliver(keyed, 1, this.#slot)
      this.#finish(keyed, setback === null ? null : asProbe(setback))
      return setback === null ? 'succeeded' : 'failed'
    }
    return null
  }

  #take(): KeyedEvent {
    const keyed = this.#waiting[this.#head++]!
    if (this.#head === this.#waiting.length) {
      this.#waiting = []
      this.#head = 0
    }
    return keyed
  }

  #begin(keyed: KeyedEvent): void {
    if (this.#queueIfBlocked(keyed)) return
    this.#current = keyed.event.position
    const setback = this.#context.deliver(keyed, 1, this.#slot)
    if (!(setback instanceof Promise)) {
      this.#finish(keyed, setback)
      return
    }
    void setback.then((settled) => {
      this.#finish(keyed, settled)
      this.advance()
      this.#context.changed.notify()
    })
  }

  #queueIfBlocked({ event, key }: KeyedEvent): boolean {
    const { blocked, report } = this.#context
    if (!blocked.has(key)) return false
    report.queued(key, event.position)
    blocked.queue(key, event.position, report.sequence)
    return true
  }

  #finish(keyed: KeyedEvent, setback: Setback | null): void {
    const { report, blocked, breaker, aborted } = this.#context
    const { event, key } = keyed
    this.#current = 0
    if (setback === null) {
      report.handled()
      breaker.succeeded(key.key)
    } else if (aborted) {
      // Told to give up, it failed: that says nothing. The event stays undone and comes again.
      this.#waiting.splice(this.#head, 0, keyed)
    } else {
      blocked.block(key, report.sequence)
      report.failed(key, event.position, setback.attempt, setback.failure.error, setback.decision)
      if (!isTerminal(setback) && breaker.failed(key.key)) this.#onBreaker()
    }
  }
}
