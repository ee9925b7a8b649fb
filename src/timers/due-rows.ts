/**
 * The rows that one transaction of a due queue reads and changes, before it is written.
 *
 * Changes see the ones before them in the same transaction. What is left in the end becomes table
 * changes: a timer, its row of the index and the counts together. Writes nothing itself.
 */

import type { EventValue } from '../events/event.js'
import type { TableChange, TableDatabase } from '../store/tables.js'
import {
  type DueCounts,
  type DueName,
  type DueRecord,
  indexKey,
  nameText,
  noDue,
  timerKey,
} from './due.js'

interface TouchedRow {
  readonly name: DueName
  readonly before: DueRecord | undefined
  after: DueRecord | undefined
}

export class DueRows {
  readonly #queue: string
  readonly #database: TableDatabase
  readonly #rows = new Map<string, TouchedRow>()
  readonly #strays: TableChange[] = []

  constructor(queue: string, database: TableDatabase) {
    this.#queue = queue
    this.#database = database
  }

  get(name: DueName): DueRecord | undefined {
    return this.#touch(name).after
  }

  put(name: DueName, record: DueRecord): void {
    this.#touch(name).after = record
  }

  /** @returns whether there was one. */
  remove(name: DueName): boolean {
    const row = this.#touch(name)
    const wasThere = row.after !== undefined
    row.after = undefined
    return wasThere
  }

  /** Removes a row of the index, unless it is the one of its timer. */
  removeStray(name: DueName, tryAtMs: number): void {
    if (this.#touch(name).before?.tryAtMs === tryAtMs) return
    this.#strays.push({ table: 'due', key: indexKey(this.#queue, tryAtMs, name) })
  }

  /** When the earliest of the timers is tried that were put; Infinity: none was. */
  get earliestMs(): number {
    let earliestMs = Number.POSITIVE_INFINITY
    for (const { before, after } of this.#rows.values()) {
      if (after !== undefined && after !== before) earliestMs = Math.min(earliestMs, after.tryAtMs)
    }
    return earliestMs
  }

  /** What the transaction leaves. */
  get counts(): DueCounts {
    let { pending, failing } = readDueCounts(this.#queue, this.#database)
    for (const { before, after } of this.#rows.values()) {
      pending += Number(after !== undefined) - Number(before !== undefined)
      failing += Number(isFailing(after)) - Number(isFailing(before))
    }
    return { pending, failing }
  }

  /** All changes of the transaction, in the order in which they have to be made. */
  changes({ pending, failing }: DueCounts): TableChange[] {
    const changes = [...this.#strays]
    for (const row of this.#rows.values()) {
      if (row.before !== row.after) this.#add(changes, row)
    }
    if (changes.length === this.#strays.length) return changes
    changes.push({ table: 'dueCounts', key: [this.#queue], value: { pending, failing } })
    return changes
  }

  #add(changes: TableChange[], { name, before, after }: TouchedRow): void {
    const queue = this.#queue
    if (before !== undefined && before.tryAtMs !== after?.tryAtMs) {
      changes.push({ table: 'due', key: indexKey(queue, before.tryAtMs, name) })
    }
    const key = timerKey(queue, name)
    if (after === undefined) {
      changes.push({ table: 'timers', key })
      return
    }
    // Records hold event values only; an error's optional fields are absent, never undefined.
    changes.push({ table: 'timers', key, value: after as unknown as EventValue })
    changes.push({ table: 'due', key: indexKey(queue, after.tryAtMs, name), value: null })
  }

  #touch(name: DueName): TouchedRow {
    const text = nameText(name)
    const known = this.#rows.get(text)
    if (known !== undefined) return known
    const before = readDueRecord(this.#queue, this.#database, name)
    const row = { name, before, after: before }
    this.#rows.set(text, row)
    return row
  }
}

export function readDueRecord(
  queue: string,
  database: TableDatabase,
  name: DueName,
): DueRecord | undefined {
  const value = database.table('timers').get(timerKey(queue, name))
  return value as unknown as DueRecord | undefined
}

export function readDueCounts(queue: string, database: TableDatabase): DueCounts {
  const value = database.table('dueCounts').get([queue])
  return value === undefined ? noDue : (value as unknown as DueCounts)
}

function isFailing(record: DueRecord | undefined): boolean {
  return record !== undefined && record.failures > 0
}
