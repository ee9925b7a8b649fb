/**
 * A due queue: durable timers, each fired at its time.
 *
 * Pending timers are on the disk only; memory holds those that are being fired, `inFlightMax` at most.
 * Time is the wall clock's, asked at the moment. What firing means is the `fire` of whoever made the
 * queue. This file sets, removes and reads; `due-firing.ts` fires.
 *
 * States: idle -> started -> stopped. Timers can be set and removed in all of them, while the database is
 * open.
 *
 * Invariants:
 *   - never early: a timer fires only while the clock shows its time or a later one;
 *   - what has fired is removed, or moved on, only if it still is that setting and that occurrence: one
 *     that replaced it meanwhile stays, one that was removed stays away;
 *   - a crash between firing and that write fires the same `id` and `occurrence` again, so the firing
 *     itself has to be idempotent by the two;
 *   - one that fails moves away from the front of the index, so it holds up no other.
 */

import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.js'
import type { ErrorData } from '../base/errors.js'
import { failpoint } from '../base/failpoint.js'
import { copyValue } from '../events/values.js'
import { encodeTableKey } from '../store/table-key.js'
import type { TableDatabase } from '../store/tables.js'
import { type Due, type DueName, type DueSetting, freshRecord, indexKey } from './due.js'
import { DueFiring } from './due-firing.js'
import { type DueListOptions, type DuePage, listDue } from './due-list.js'
import { readDueRecord } from './due-rows.js'
import type { DueQueueStatus } from './due-tally.js'
import { DueWriter } from './due-writer.js'

export interface DueQueuePorts {
  /** Separates the rows of this queue from those of others in the same tables. */
  readonly queue: string
  /** Open, with the tables of `dueTables`; stays the caller's to close, after the queue is stopped. */
  readonly database: TableDatabase
  readonly clock: Clock
  /**
   * Carries a timer out. Resolves: done. Rejects: it is tried again later, for ever. Called again with
   * the same `id` and `occurrence` after a crash.
   */
  readonly fire: (due: Due) => Promise<void>
  /** How many are fired at the same time, at least 1. */
  readonly inFlightMax: number
  /**
   * A firing came through and that is durable. Must not throw.
   *
   * @param lateMs - From its time to the call of `fire`.
   */
  readonly onFired?: (due: Due, lateMs: number) => void
  /** A firing failed and is tried again after `retryMs`. Must not throw. */
  readonly onFailed?: (due: Due, error: ErrorData, retryMs: number) => void
}

/** What is changed in one transaction: removed first, then set. */
export interface DueChanges {
  readonly set?: readonly (DueName & DueSetting)[]
  readonly remove?: readonly DueName[]
}

/** Timers that are removed in one transaction when all of an owner's are. */
const removalsMax = 1_000

export class DueQueue {
  readonly #ports: DueQueuePorts
  readonly #writer: DueWriter
  readonly #firing: DueFiring

  constructor(ports: DueQueuePorts) {
    assert(ports.inFlightMax >= 1)
    this.#ports = ports
    this.#writer = new DueWriter(ports.queue, ports.database, (earliestMs) =>
      this.#firing.notePut(earliestMs),
    )
    this.#firing = new DueFiring(ports, this.#writer)
  }

  /** Begins to fire. Those that fell due before fire now, in the order of their times. */
  start(): void {
    this.#firing.start()
  }

  /**
   * Sets a timer; replaces one of the same name. Resolves when that is durable. Setting again what is set,
   * by its `id`, changes nothing: a repeating timer goes on counting.
   *
   * @throws {KeyTooLargeError} DRAMATIS_KEY_TOO_LARGE
   * @throws {EventValueError} DRAMATIS_EVENT_VALUE: the action.
   */
  async set({ owner, name }: DueName, setting: DueSetting): Promise<void> {
    await this.setAll([{ ...setting, owner, name }])
  }

  /** Sets timers in one transaction. Throws as `set` does; then none is set. */
  async setAll(settings: readonly (DueName & DueSetting)[]): Promise<void> {
    await this.change({ set: settings })
  }

  /** Removes timers; one that is being fired may come through yet. @returns how many there were. */
  async remove(names: readonly DueName[]): Promise<number> {
    return await this.change({ remove: names })
  }

  /**
   * Removes and sets timers in one transaction. Throws as `set` does; then nothing is done.
   *
   * @returns how many of those to be removed there were.
   */
  async change({ set = [], remove = [] }: DueChanges): Promise<number> {
    const setAtMs = this.#ports.clock.nowMs()
    const fresh = set.map((setting) => {
      const name = { owner: setting.owner, name: setting.name }
      return { name, record: freshRecord(this.#checked(name, setting), setAtMs) }
    })
    const removedNow = await this.#writer.write((rows) => {
      const removed = remove.filter((name) => rows.remove(name)).length
      for (const { name, record } of fresh) {
        if (rows.get(name)?.id !== record.id) rows.put(name, record)
      }
      return removed
    })
    failpoint('timer.set')
    return removedNow
  }

  /**
   * Removes every timer that an owner has now; many of them in several transactions.
   *
   * @returns how many there were.
   */
  async removeOwner(owner: string): Promise<number> {
    let removed = 0
    for (let after: DueName | null = null; ; ) {
      const { entries, next }: DuePage = this.list({ owner, after, limit: removalsMax })
      if (entries.length > 0) removed += await this.remove(entries)
      if (next === null) return removed
      after = next
    }
  }

  get({ owner, name }: DueName): Due | undefined {
    const { queue, database } = this.#ports
    database.refresh()
    const record = readDueRecord(queue, database, { owner, name })
    return record === undefined ? undefined : { owner, name, ...record }
  }

  /** Timers in the order of owner and name, by UTF-8 bytes. */
  list(options: DueListOptions): DuePage {
    const { queue, database } = this.#ports
    database.refresh()
    return listDue(queue, database, options)
  }

  /** From memory alone: may be asked at any time, also when the database is closed. */
  status(): DueQueueStatus {
    const { inFlight, overdueMs, error, tally } = this.#firing
    const { fired, failed, lateness } = tally
    return { ...this.#writer.counts, inFlight, fired, failed, overdueMs, lateness, error }
  }

  /** Resolves once nothing is in flight: everything due was fired and that is written. */
  idle(): Promise<void> {
    return this.#firing.idle()
  }

  /**
   * Fires nothing more, and waits for what is in flight, for at most `deadlineMs`. What is still in flight
   * then fires again with the next start. Idempotent.
   */
  stop(deadlineMs: number): Promise<void> {
    return this.#firing.stop(deadlineMs)
  }

  /** What can be stored: nothing of it fails later, when others share its transaction. */
  #checked(name: DueName, { id, dueAtMs, everyMs, action }: DueSetting): DueSetting {
    assert(Number.isSafeInteger(dueAtMs))
    assert(everyMs === null || (Number.isSafeInteger(everyMs) && everyMs >= 1))
    encodeTableKey('due', indexKey(this.#ports.queue, dueAtMs, name))
    return { id, dueAtMs, everyMs, action: copyValue(action, 'action') }
  }
}
