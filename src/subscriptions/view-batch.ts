/**
 * The rows a batch of events changes: read once, changed in memory, written once.
 *
 * What a projector's functions are given as `view`. Index entries follow from rows, so no projector can
 * forget one. Runs per event.
 *
 * Reads outside of any transaction, and only says what is to be written: a projector that hangs inside
 * a write transaction could not be ended, because LMDB does not let go of a thread that has one.
 *
 * Invariants:
 *   - rows handed out are frozen, rows taken in are copied: nobody changes a row but through here;
 *   - with its changes written, the index has exactly one entry per index and row that the index
 *     function keeps.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { deepFreeze } from '../base/freeze.js'
import type { AnyProjector, ViewWriter } from '../define/projector.js'
import type { EventValue, Position } from '../events/event.js'
import { copyPayload } from '../events/values.js'
import { keyBytesMax, type Table, type TableDatabase, type TableKey } from '../store/tables.js'
import { indexEntryKey, isSameKey, parseIndexParts, parseRowId } from './view-keys.js'

type Row = Readonly<Record<string, EventValue>>

interface RowEntry {
  readonly stored: Row | undefined
  row: Row | undefined
  /** Position of the event that changed it last. */
  position: Position
}

/** One entry to write, or without a value to remove. */
export interface ViewChange {
  readonly table: 'rows' | 'indexes'
  readonly key: TableKey
  readonly value?: EventValue
  /** The event behind it. */
  readonly position: Position
}

export class ViewBatch implements ViewWriter<object> {
  /** The event that is taking effect; while changes are worked out, the one that changed the row last. */
  position: Position = 0
  readonly #projector: AnyProjector
  readonly #rows: Table
  readonly #entries = new Map<string, RowEntry>()

  constructor(projector: AnyProjector, database: TableDatabase) {
    this.#projector = projector
    this.#rows = database.table('rows')
  }

  get(id: string): Row | undefined {
    return this.#entry(id).row
  }

  put(id: string, row: object): void {
    // The id first: what is none cannot be named.
    const entry = this.#entry(id)
    this.#set(entry, copyPayload(row, `row '${id}' of ${this.#projector.name}`))
  }

  update(id: string, change: (row: object) => object): void {
    const { row } = this.#entry(id)
    if (row !== undefined) this.put(id, change(row))
  }

  upsert(id: string, change: (row: object | undefined) => object): void {
    this.put(id, change(this.#entry(id).row))
  }

  remove(id: string): void {
    this.#set(this.#entry(id), undefined)
  }

  /** Every changed row and its index entries. Throws what an index function throws. */
  changes(): readonly ViewChange[] {
    const changes: ViewChange[] = []
    for (const [id, { stored, row, position }] of this.#entries) {
      if (row === stored) continue
      this.position = position
      changes.push({ table: 'rows', key: [id], position, ...(row && { value: row }) })
      for (const index of Object.keys(this.#projector.indexes)) {
        const before = this.#indexKey(index, id, stored)
        const after = this.#indexKey(index, id, row)
        if (isSameKey(before, after)) continue
        if (before !== null) changes.push({ table: 'indexes', key: before, position })
        if (after !== null) changes.push({ table: 'indexes', key: after, value: null, position })
      }
    }
    return changes
  }

  #entry(id: string): RowEntry {
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      const stored = deepFreeze(this.#rows.get([parseRowId(id)])) as Row | undefined
      entry = { stored, row: stored, position: 0 }
      this.#entries.set(id, entry)
    }
    return entry
  }

  #set(entry: RowEntry, row: Row | undefined): void {
    entry.row = row
    entry.position = this.position
  }

  #indexKey(index: string, id: string, row: Row | undefined): TableKey | null {
    if (row === undefined) return null
    const key: unknown = this.#projector.indexes[index]!(row)
    if (key === null) return null
    const parts = parseIndexParts(key)
    if (parts !== undefined) return indexEntryKey(index, parts, id)
    const expected = `a list of at most ${keyBytesMax} parts, or null`
    throw new InvalidArgumentError(`index ${index} of ${this.#projector.name}`, expected, key)
  }
}
