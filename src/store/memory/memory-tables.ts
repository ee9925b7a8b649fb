/**
 * Tables in memory: the same keys and the same bytes as on disk, in sorted arrays.
 *
 * Values are kept encoded, so that what is read is always a copy. A transaction remembers what it
 * replaces and puts it back when it throws. Closing lets go of the rows, which stay on their disk.
 */

import assert from 'node:assert/strict'
import { encodeValue } from '../../events/codec.js'
import { StoreStoppedError } from '../errors.js'
import { encodeTableKey } from '../table-key.js'
import type { Table, TableChange, TableDatabase } from '../tables.js'
import { type DiskAccess, privateAccess } from './disk-access.js'
import { MemoryDisk, type MemoryRows } from './memory-disk.js'
import { MemoryTable, type TableState } from './memory-table.js'

/** Opens empty tables that nobody else has. */
export function openMemoryTables(tables: readonly string[]): TableDatabase {
  const disk = new MemoryDisk()
  return openTablesOf(disk.createDatabase('tables', tables), 'tables', privateAccess(disk))
}

/** Opens the database of that name on a disk, or creates it, which is a write. */
export async function openDiskTables(
  disk: MemoryDisk,
  name: string,
  tables: readonly string[],
  access: DiskAccess,
): Promise<TableDatabase> {
  access.assertReadable()
  if (disk.database(name) === undefined) {
    await access.write(name, () => disk.createDatabase(name, tables))
  }
  return openTablesOf(disk.database(name)!, name, access)
}

function openTablesOf(rows: MemoryRows, name: string, access: DiskAccess): TableDatabase {
  return new MemoryTableDatabase(rows, name, access)
}

class MemoryTableDatabase implements TableDatabase {
  readonly #name: string
  readonly #access: DiskAccess
  readonly #tables = new Map<string, MemoryTable>()
  readonly #state: TableState
  #style: 'sync' | 'async' | null = null
  #isClosed = false

  constructor(rows: MemoryRows, name: string, access: DiskAccess) {
    this.#name = name
    this.#access = access
    this.#state = { access, undo: null }
    for (const [table, each] of rows) {
      this.#tables.set(table, new MemoryTable(table, each, this.#state))
    }
  }

  table(name: string): Table {
    return this.#named(name)
  }

  transactSync<T>(work: () => T): T {
    this.#begin('sync')
    assert(this.#state.undo === null, 'transactions do not nest')
    const undo: (() => void)[] = []
    const rollBack = (): void => {
      while (undo.length > 0) undo.pop()!()
    }
    this.#state.undo = undo
    try {
      return this.#access.transact(this.#name, () => runSync(work, rollBack), rollBack)
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
    await this.#access.write(this.#name, () => {
      for (const { table, key, value } of encoded) table.set(key, value)
    })
  }

  refresh(): void {}

  async close(): Promise<void> {
    this.#isClosed = true
  }

  readReaders(): null {
    return null
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

function runSync<T>(work: () => T, rollBack: () => void): T {
  try {
    const result = work()
    assert(!isThenable(result), 'a transaction is synchronous')
    return result
  } catch (error) {
    rollBack()
    throw error
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
