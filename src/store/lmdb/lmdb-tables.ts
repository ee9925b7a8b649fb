/**
 * Tables in LMDB: one environment, one LMDB table for each.
 *
 * A database is written in one style only, decided by its first write: `transactSync` on whatever
 * thread (views), or `write` on LMDB's own writer thread (bookkeeping). A synchronous transaction in
 * the middle of a batch would split the batch in two.
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../base/clock.js'
import { uninterrupted } from '../../base/uninterrupted.js'
import type { Durability } from '../contracts.js'
import { withinDeadline } from '../deadline.js'
import { CommitUnknownError, StoreStoppedError } from '../errors.js'
import type { Readers } from '../readers.js'
import { encodeTableKey } from '../table-key.js'
import type { Table, TableChange, TableDatabase } from '../tables.js'
import { type Environment, openEnvironment, settled, unavailable } from './environment.js'
import { FlushedFile } from './flushed-file.js'
import { type BytesByKey, LmdbTable } from './lmdb-table.js'
import { readReaders } from './read-readers.js'

export interface LmdbTablesOptions {
  /** @default 'flush' */
  readonly durability?: Durability
  /** For the bound on a write. @default the system's */
  readonly clock?: Clock
  /** A file to flush before each write, which may rest on what is in it. @default none */
  readonly restsOn?: string | undefined
}

/** Options of what lies beside the log of a data directory and rests on it: never ahead of the log. */
export function besideLogOptions(dataDir: string, durability: Durability): LmdbTablesOptions {
  return durability === 'flush' ? {} : { restsOn: join(dataDir, 'log', 'data.mdb') }
}

/** How long one asynchronous write may take. */
const writeTimeoutMs = 30_000

/**
 * Opens, or creates, the tables in the directory `path`. On another thread of the same process too,
 * after the host has.
 *
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE
 */
export async function openLmdbTables(
  path: string,
  tables: readonly string[],
  options: LmdbTablesOptions = {},
): Promise<TableDatabase> {
  const environment = await openEnvironment(path, options.durability ?? 'flush')
  try {
    return new LmdbTableDatabase(environment, tables, options)
  } catch (cause) {
    await environment.close()
    throw unavailable(path, cause)
  }
}

interface EncodedChange {
  readonly bytes: BytesByKey
  readonly key: Buffer
  readonly value: Buffer | undefined
}

class LmdbTableDatabase implements TableDatabase {
  readonly #environment: Environment
  readonly #clock: Clock
  readonly #restsOn: FlushedFile | null
  readonly #tables = new Map<string, LmdbTable>()
  #style: 'sync' | 'async' | null = null
  #isTransacting = false
  #closing: Promise<void> | null = null

  constructor(environment: Environment, names: readonly string[], options: LmdbTablesOptions) {
    const { clock = systemClock, restsOn } = options
    this.#environment = environment
    this.#clock = clock
    this.#restsOn = restsOn === undefined ? null : new FlushedFile(restsOn)
    const isTransacting = (): boolean => this.#isTransacting
    for (const name of names) {
      const bytes = uninterrupted(() =>
        environment.openDB<Buffer, Buffer>({
          name,
          encoding: 'binary',
          keyEncoding: 'binary',
        }),
      )
      this.#tables.set(name, new LmdbTable(name, bytes, isTransacting))
    }
  }

  table(name: string): Table {
    return this.#named(name)
  }

  transactSync<T>(work: () => T): T {
    this.#begin('sync')
    assert(!this.#isTransacting, 'transactions do not nest')
    let isWorkDone = false
    this.#isTransacting = true
    try {
      return uninterrupted(() =>
        this.#environment.transactionSync(() => {
          const result = work()
          assert(!isThenable(result), 'a transaction is synchronous')
          this.#restsOn?.flushSync()
          isWorkDone = true
          return result
        }),
      )
    } catch (error) {
      if (!isWorkDone) throw error
      throw new CommitUnknownError('LMDB could not commit', { cause: error })
    } finally {
      this.#isTransacting = false
    }
  }

  async write(changes: readonly TableChange[]): Promise<void> {
    this.#begin('async')
    if (changes.length === 0) return
    // Encoded before the batch begins: a batch that throws half-way would not be rolled back.
    const encoded = changes.map((change) => this.#encode(change))
    if (this.#restsOn !== null) await this.#restsOn.flush()
    const written = this.#environment.batch(() => {
      for (const { bytes, key, value } of encoded) {
        void (value === undefined ? bytes.remove(key) : bytes.put(key, value))
      }
    })
    const late = (): Error =>
      new CommitUnknownError(`LMDB took longer than ${writeTimeoutMs} ms to commit`)
    const landed = settled(this.#environment, written, 'LMDB could not commit')
    await withinDeadline(this.#clock, writeTimeoutMs, landed, late)
  }

  refresh(): void {
    this.#environment.resetReadTxn()
  }

  readReaders(): Readers | null {
    return this.#closing === null ? readReaders(this.#environment) : null
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#restsOn?.close()
    await this.#environment.close()
  }

  #begin(style: 'sync' | 'async'): void {
    if (this.#closing !== null) throw new StoreStoppedError('its tables are closed')
    this.#style ??= style
    assert(this.#style === style, 'a database is written in one style')
  }

  #encode({ table: name, key, value }: TableChange): EncodedChange {
    const table = this.#named(name)
    assert(key.length > 0)
    const encoded = encodeTableKey(name, key)
    return {
      bytes: table.bytes,
      key: encoded,
      value: value === undefined ? undefined : table.encode(encoded, value),
    }
  }

  #named(name: string): LmdbTable {
    const table = this.#tables.get(name)
    assert(table !== undefined, `no table ${name}`)
    return table
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
