/**
 * Writes a due queue: one transaction after the other, each for everything that waits.
 *
 * A change is a function that reads the rows and changes them. One transaction at a time makes reading
 * and then writing safe: nobody else writes the rows of a queue. Knows no clock and fires nothing.
 *
 * Invariants:
 *   - changes take effect in the order of their calls, each on what the ones before it left;
 *   - a promise resolves when its change is durable; when a transaction fails, all of its changes reject.
 */

import { createDeferred, type Deferred } from '../base/deferred.js'
import type { TableDatabase } from '../store/tables.js'
import type { DueCounts } from './due.js'
import { DueRows, readDueCounts } from './due-rows.js'

/** Reads and changes rows. Must not throw, nor leave a key or a value that cannot be stored. */
export type DueChange<T> = (rows: DueRows) => T

interface WaitingChange {
  readonly change: DueChange<unknown>
  readonly done: Deferred<unknown>
}

/** Changes in one transaction: preparing them takes the thread for as long. */
const changesMax = 256

export class DueWriter {
  readonly #queue: string
  readonly #database: TableDatabase
  /** Called after each transaction that put timers, with when the earliest of them is tried. */
  readonly #onPut: (earliestMs: number) => void
  #waiting: WaitingChange[] = []
  #isWriting = false
  #counts: DueCounts

  constructor(queue: string, database: TableDatabase, onPut: (earliestMs: number) => void) {
    this.#queue = queue
    this.#database = database
    this.#onPut = onPut
    database.refresh()
    this.#counts = readDueCounts(queue, database)
  }

  /** As the last transaction left them. */
  get counts(): DueCounts {
    return this.#counts
  }

  write<T>(change: DueChange<T>): Promise<T> {
    const done = createDeferred<unknown>()
    this.#waiting.push({ change, done })
    if (!this.#isWriting) {
      this.#isWriting = true
      void this.#writeAll()
    }
    return done.promise as Promise<T>
  }

  /** Never rejects: whoever made a change is told. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // What comes in the same turn of the event loop shares the transaction.
      await new Promise(setImmediate)
      const some = this.#waiting.slice(0, changesMax)
      this.#waiting = this.#waiting.slice(changesMax)
      await this.#writeSome(some)
    }
    this.#isWriting = false
  }

  async #writeSome(some: readonly WaitingChange[]): Promise<void> {
    try {
      this.#database.refresh()
      const rows = new DueRows(this.#queue, this.#database)
      const results = some.map(({ change }) => change(rows))
      const { earliestMs, counts } = rows
      await this.#database.write(rows.changes(counts))
      this.#counts = counts
      for (const [at, { done }] of some.entries()) done.resolve(results[at])
      if (earliestMs !== Number.POSITIVE_INFINITY) this.#onPut(earliestMs)
    } catch (error) {
      for (const { done } of some) done.reject(error)
    }
  }
}
