/**
 * A disk in memory: everything that a data directory would hold, outliving whoever has it open.
 *
 *   log        records, heads, shapes, snapshots, tags, claims
 *   keys       the slots of keys
 *   databases  tables by name: `keys`, `work`, `views/NAME@VERSION`
 *
 * Plain content, changed through a `DiskAccess` only. It knows nothing of power and of openings but how
 * many there were.
 */

import { hash } from 'node:crypto'
import { MemoryLog } from './memory-log.js'
import { SortedRows } from './sorted-rows.js'

/** The rows of each table of a database. */
export type MemoryRows = ReadonlyMap<string, SortedRows>

export class MemoryDisk {
  /** Keys by slot; `null`: destroyed. */
  readonly slots: Map<number, Uint8Array | null> = new Map()
  #log = new MemoryLog()
  readonly #databases = new Map<string, MemoryRows>()
  #storeId: string | null = null
  #epoch = 0

  get log(): MemoryLog {
    return this.#log
  }

  /** Counts the opening. @param storeId - Becomes the store's, if it has none yet. */
  take(storeId: string): { readonly storeId: string; readonly epoch: number } {
    this.#storeId ??= storeId
    return { storeId: this.#storeId, epoch: ++this.#epoch }
  }

  database(name: string): MemoryRows | undefined {
    return this.#databases.get(name)
  }

  createDatabase(name: string, tables: readonly string[]): MemoryRows {
    const rows = new Map(tables.map((table) => [table, new SortedRows()]))
    this.#databases.set(name, rows)
    return rows
  }

  removeDatabase(name: string): void {
    this.#databases.delete(name)
  }

  /** Names of databases that begin so, without that beginning. */
  listDatabases(prefix: string): readonly string[] {
    const names = [...this.#databases.keys()].filter((name) => name.startsWith(prefix))
    return names.map((name) => name.slice(prefix.length)).sort()
  }

  /** SHA-256 of all content. The same for two disks that hold the same. */
  digest(): string {
    return hash('sha256', [...this.#parts()].join('\n'))
  }

  /** Forgets everything, and overwrites keys. */
  wipe(): void {
    for (const key of this.slots.values()) key?.fill(0)
    for (const slot of this.slots.keys()) this.slots.set(slot, null)
    this.#databases.clear()
    this.#log = new MemoryLog()
  }

  *#parts(): Generator<string> {
    yield `${this.#storeId} ${this.#epoch}`
    for (const part of this.#log.parts()) yield textOf(part)
    for (const [slot, key] of [...this.slots].sort(([one], [other]) => one - other)) {
      yield `slot ${slot} ${key === null ? '' : textOf(Buffer.from(key))}`
    }
    for (const name of this.listDatabases('')) {
      for (const [table, rows] of this.#databases.get(name)!) {
        yield `table ${name} ${table}`
        for (const [key, value] of rows.entries()) {
          yield `${textOf(Buffer.from(key, 'latin1'))} ${textOf(value)}`
        }
      }
    }
  }
}

function textOf(part: string | Buffer): string {
  return typeof part === 'string' ? part : part.toString('base64')
}
