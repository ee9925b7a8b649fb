/**
 * Tables in memory: the same keys and the same bytes as on disk, in sorted arrays.
 *
 * Values are kept encoded, so that what is read is always a copy. A transaction remembers what it
 * replaces and puts it back when it throws.
 */

import assert from 'node:assert/strict'
import { encodeValue } from '../../events/codec.js'
import { StoreStoppedError } from '../errors.js'
import { encodeTableKey } from '../table-key.js'
import type { Table, TableChange, TableDatabase } from '../tables.js'
import { MemoryTable, type TableState } from './memory-table.js'

/** Opens empty tables. */
export function openMemoryTables(tables: readonly string[]): TableDatabase {
  return new MemoryTableDatabase(tables)
}

class MemoryTableDatabase implements TableDatabase {
  readonly #tables = new Map<string, MemoryTable>()
  readonly #state: TableState = { undo: null }
  #style: 'sync' | 'async' | null = null
  #isClosed = false

  constructor(names: readonly string[]) {
    for (const name of names) this.#tables.set(name, new MemoryTable(name, this.#state))
  }

  table(name: string): Table {
    return this.#named(name)
  }

  transactSync<T>(work: () => T): T {
    this.#begin('sync')
    assert(this.#state.undo === null, 'transactions do not nest')
    const undo: (() => void)[] = []
    this.#state.undo = undo
    try {
      const result = work()
      assert(!isThenable(result), 'a transaction is synchronous')
      return result
    } catch (error) {
      while (undo.length > 0) undo.pop()!()
      throw error
    } finally {
      this.#state.undo = null
    }
  }

  async write(changes: readonly TableChange[]): Promise<void> {
    this.#begin('async')
    const encoded = changes.map(({ table, key, value }) => {
      assert(key.length > 0)
      return {
        table: this.#named(table),
        key: encodeTableKey(table, key),
        value: value === undefined ? undefined : encodeValue(value),
      }
    })
    await Promise.resolve()
    for (const { table, key, value } of encoded) table.set(key, value)
  }

  refresh(): void {}

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #begin(style: 'sync' | 'async'): void {
    if (this.#isClosed) throw new StoreStoppedError('its tables are closed')
    this.#style ??= style
    assert(this.#style === style, 'a database is written in one style')
  }

  #named(name: string): MemoryTable {
    const table = this.#tables.get(name)
    assert(table !== undefined, `no table ${name}`)
    return table
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
