/**
 * When a view shows the events of commands that are on their way.
 *
 * The runtime says on `diagnostics_channel` how far a view has come, once for each of its batches: rows that
 * are read from then on show everything up to there. So nothing is asked, and nothing waits.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Latencies } from '../suite/latencies.js'

export class ViewWatch {
  readonly latencies: Latencies = new Latencies()
  readonly #view: string
  readonly #first: number
  /** When the command that wrote a position was due; 0: its receipt is not here yet. */
  readonly #dueMs: Float64Array
  #shownTo: number

  /** Of so many positions after `head`. */
  constructor(view: string, head: number, count: number) {
    this.#view = view
    this.#first = head + 1
    this.#dueMs = new Float64Array(count)
    this.#shownTo = head
    subscribe('dramatis:batch', this.#onBatch)
  }

  /** A receipt is here. */
  recorded(position: number, dueMs: number): void {
    if (position <= this.#shownTo) this.latencies.record(performance.now() - dueMs)
    else this.#dueMs[position - this.#first] = dueMs
  }

  close(): void {
    unsubscribe('dramatis:batch', this.#onBatch)
  }

  readonly #onBatch = (message: unknown): void => {
    const { subscription, position } = message as { subscription: string; position: number }
    if (subscription !== this.#view) return
    const nowMs = performance.now()
    for (let at = this.#shownTo + 1; at <= position; at++) {
      const dueMs = this.#dueMs[at - this.#first]!
      if (dueMs > 0) this.latencies.record(nowMs - dueMs)
    }
    this.#shownTo = position
  }
}
