/**
 * One table in memory, as one opening of its database sees it.
 *
 * Rows belong to the disk; this encodes, decodes, and remembers what a transaction has replaced.
 */

import assert from 'node:assert/strict'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventValue } from '../../events/event.js'
import { keyBounds } from '../table-bounds.js'
import { decodeTableKey, encodeTableKey } from '../table-key.js'
import type { Table, TableEntry, TableKey, TableRange } from '../tables.js'
import type { DiskAccess } from './disk-access.js'
import type { SortedRows } from './sorted-rows.js'

/** What the tables of one database share. */
export interface TableState {
  readonly access: DiskAccess
  /** How to take back what the transaction under way has done; `null` outside of one. */
  undo: (() => void)[] | null
}

export class MemoryTable implements Table {
  readonly name: string
  readonly #state: TableState
  readonly #rows: SortedRows

  constructor(name: string, rows: SortedRows, state: TableState) {
    this.name = name
    this.#rows = rows
    this.#state = state
  }

  get(key: TableKey): EventValue | undefined {
    const bytes = this.#readable().get(this.#encoded(key).toString('latin1'))
    return bytes === undefined ? undefined : decodeValue(bytes)
  }

  has(key: TableKey): boolean {
    return this.#readable().has(this.#encoded(key).toString('latin1'))
  }

  range(options: TableRange = {}): readonly TableEntry[] {
    const { low, high } = keyBounds(this.name, options)
    const found = this.#readable().between(low.toString('latin1'), high.toString('latin1'))
    if (options.reverse === true) found.reverse()
    return found.slice(0, options.limit ?? found.length).map((key) => this.#entry(key))
  }

  count(): number {
    return this.#readable().size
  }

  put(key: TableKey, value: EventValue): void {
    this.#change(key, encodeValue(value))
  }

  remove(key: TableKey): void {
    this.#change(key, undefined)
  }

  /** Sets or removes, without a transaction. */
  set(key: Buffer, value: Buffer | undefined): void {
    this.#rows.set(key.toString('latin1'), value)
  }

  #change(key: TableKey, value: Buffer | undefined): void {
    const { undo } = this.#state
    assert(undo !== null, 'put and remove belong in a transaction')
    const text = this.#encoded(key).toString('latin1')
    const before = this.#rows.get(text)
    undo.push(() => this.#rows.set(text, before))
    this.#rows.set(text, value)
  }

  #readable(): SortedRows {
    this.#state.access.assertReadable()
    return this.#rows
  }

  #entry(key: string): TableEntry {
    return {
      key: decodeTableKey(Buffer.from(key, 'latin1')),
      value: decodeValue(this.#rows.get(key)!),
    }
  }

  #encoded(key: TableKey): Buffer {
    assert(key.length > 0)
    return encodeTableKey(this.name, key)
  }
}
