/**
 * A due queue for tests: on a manual clock, on tables in memory or in LMDB, restarted at will.
 *
 * What is fired is noted; a test may have a firing wait or fail.
 */

import { type TestContext, test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import type { TableDatabase } from '../../src/store/tables.js'
import { type Due, type DueName, dueTables } from '../../src/timers/due.js'
import { DueQueue } from '../../src/timers/due-queue.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'

type TableKind = 'memory' | 'LMDB'

export class DueWorkplace {
  readonly database: TableDatabase
  readonly clock: ManualClock = new ManualClock(1_000_000)
  readonly fired: Due[] = []
  /** What firing does, after it was noted. */
  fire: (due: Due) => Promise<void> = async () => {}
  inFlightMax = 100
  queue: DueQueue
  #ids = 0

  constructor(database: TableDatabase) {
    this.database = database
    this.queue = this.open()
  }

  /** A further queue of this name over the same tables, not started. */
  open(queue = 'timers'): DueQueue {
    const { database, clock, inFlightMax } = this
    const fire = (due: Due): Promise<void> => {
      this.fired.push(due)
      return this.fire(due)
    }
    return new DueQueue({ queue, database, clock, fire, inFlightMax })
  }

  get nowMs(): number {
    return this.clock.nowMs()
  }

  /** Names of what was fired so far, in order. */
  get names(): string[] {
    return this.fired.map((due) => due.name)
  }

  /** Sets a timer of the host under an id of its own. @returns the id. */
  async set(name: string, afterMs: number, everyMs: number | null = null): Promise<string> {
    const id = `id-${++this.#ids}`
    const setting = { id, dueAtMs: this.nowMs + afterMs, everyMs, action: { for: name } }
    await this.queue.set(host(name), setting)
    return id
  }

  /** Moves time on in one step, and waits for what that fires. */
  async advance(byMs: number): Promise<void> {
    this.clock.advance(byMs)
    await this.queue.idle()
  }

  /** The queue ends, without what is in flight, and another one begins. */
  async restart(): Promise<void> {
    await this.crash()
    this.queue.start()
    await this.queue.idle()
  }

  /** Nothing in flight is written down; another queue is open, not started. */
  async crash(): Promise<void> {
    const stopping = this.queue.stop(0)
    this.clock.advance(0)
    await stopping
    this.queue = this.open()
  }

  /** Rows of all tables, whosesoever. */
  rows(): number {
    this.database.refresh()
    return this.database.table('timers').count() + this.database.table('due').count()
  }

  /**
   * Has the next write fail, after it landed or without having landed.
   *
   * @returns when it has failed and that was noticed.
   */
  failNextWrite(hasLanded: boolean): Promise<void> {
    const { database } = this
    const { write } = database
    const failed = createDeferred()
    database.write = async (changes) => {
      database.write = write
      if (hasLanded) await database.write(changes)
      setImmediate(failed.resolve)
      throw new Error('disk on fire')
    }
    return failed.promise
  }
}

export function host(name: string): DueName {
  return { owner: '', name }
}

async function openTables(t: TestContext, kind: TableKind): Promise<TableDatabase> {
  if (kind === 'LMDB') {
    const directory = await TemporaryDirectory.make(t)
    return directory.closing(await openLmdbTables(directory.path, dueTables))
  }
  const database = openMemoryTables(dueTables)
  onEnd(t, () => database.close())
  return database
}

/** A test of a due queue that has started, on both kinds of tables. */
export function onBoth(name: string, body: (place: DueWorkplace) => Promise<void>): void {
  for (const kind of ['memory', 'LMDB'] as const) {
    test(`${name} (${kind})`, async (t) => {
      const place = new DueWorkplace(await openTables(t, kind))
      onEnd(t, () => place.crash())
      place.queue.start()
      await body(place)
    })
  }
}
