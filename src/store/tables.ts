/**
 * The seam to small ordered tables: what views and bookkeeping are kept in.
 *
 * A database is a set of named tables of (key, value), ordered by key, with transactions across them.
 * Two implementations, `lmdb/` and `memory/`, held to one suite (`testing/table-contract.ts`). It
 * knows nothing of rows, cursors or dead letters.
 *
 * Keys are tuples. They sort element by element: null, then false, true, then numbers, then strings
 * (by UTF-8 bytes); a tuple sorts before the longer ones that it begins.
 *
 * Invariants:
 *   - a transaction's changes are seen all together or not at all, and never after a throw;
 *   - reads outside a transaction see only what is committed;
 *   - values are copies: changing one changes nothing stored.
 */

import type { EventValue } from '../events/event.js'
import type { Readers } from './readers.js'

/** One element of a key. Numbers are finite; strings are well-formed and free of NUL. */
export type KeyPart = string | number | boolean | null
export type TableKey = readonly KeyPart[]

/** Longest key as encoded. Bytes. */
export const keyBytesMax = 1_900

export interface TableRange {
  /** Only keys that begin with these elements. @default all */
  readonly prefix?: TableKey
  /** Only keys strictly beyond this one, in the direction of reading. */
  readonly after?: TableKey
  /** Largest key first. @default false */
  readonly reverse?: boolean
  /** @default all */
  readonly limit?: number
  /**
   * Told of each row that is not what was written; the others are returned.
   *
   * @param key - As it was found, encoded.
   * @default the first such row is thrown as a DamagedTableError, DRAMATIS_DAMAGED_TABLE
   */
  readonly onDamaged?: (key: Uint8Array, cause: Error) => void
}

export interface TableEntry {
  readonly key: TableKey
  readonly value: EventValue
}

export interface Table {
  readonly name: string
  get(key: TableKey): EventValue | undefined
  has(key: TableKey): boolean
  /** Copied before it returns: holds nothing open. */
  range(options?: TableRange): readonly TableEntry[]
  /** Entries in the table. */
  count(): number
  /** Inside `transactSync` only. @throws {KeyTooLargeError} DRAMATIS_KEY_TOO_LARGE */
  put(key: TableKey, value: EventValue): void
  /** Inside `transactSync` only. */
  remove(key: TableKey): void
}

/** One change of an asynchronous write. `value` left out: remove. */
export interface TableChange {
  readonly table: string
  readonly key: TableKey
  readonly value?: EventValue
}

export interface TableDatabase {
  /** One of the tables the database was opened with; another name is a programmer error. */
  table(name: string): Table
  /**
   * Runs `work` in one write transaction on the calling thread. Whatever it throws is thrown on, and
   * nothing it wrote remains. Durable in order with other commits, not necessarily on return.
   */
  transactSync<T>(work: () => T): T
  /** Applies all changes in one transaction off the calling thread; resolves when durable. */
  write(changes: readonly TableChange[]): Promise<void>
  /** Makes later reads on this thread see what other threads have committed since. */
  refresh(): void
  /** Who reads it now; `null`: it is closed, or readers keep nothing back. */
  readReaders(): Readers | null
  close(): Promise<void>
}
