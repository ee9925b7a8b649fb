/**
 * One table in LMDB: keys and rows encoded, ranges copied out before they are returned.
 *
 * It does not begin or end transactions. A cursor is open only while `range` runs.
 *
 * Invariant: what is returned was written under that key, and ranges are in order. A row that is there may be missed,
 * and only then, where LMDB's own pages lead past it.
 */

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import type { Database, RangeOptions } from 'lmdb'
import { uninterrupted } from '../../base/uninterrupted.js'
import type { EventValue } from '../../events/event.js'
import { DamagedTableError } from '../errors.js'
import { type KeyBounds, keyBounds } from '../table-bounds.js'
import { decodeTableKey, encodeTableKey } from '../table-key.js'
import type { Table, TableEntry, TableKey, TableRange } from '../tables.js'
import { decodeRow, encodeRow } from './table-row.js'

export type BytesByKey = Database<Buffer, Buffer>

export class LmdbTable implements Table {
  readonly name: string
  readonly bytes: BytesByKey
  readonly #nameCrc: number
  readonly #isTransacting: () => boolean

  constructor(name: string, bytes: BytesByKey, isTransacting: () => boolean) {
    this.name = name
    this.bytes = bytes
    this.#nameCrc = crc32(name)
    this.#isTransacting = isTransacting
  }

  get(key: TableKey): EventValue | undefined {
    const encoded = this.#encoded(key)
    try {
      // Overwritten by the next read; decoding copies.
      const bytes = uninterrupted(() => this.bytes.getBinaryFast(encoded))
      return bytes === undefined ? undefined : decodeRow(this.#nameCrc, encoded, bytes)
    } catch (cause) {
      throw this.#damaged(cause)
    }
  }

  has(key: TableKey): boolean {
    const encoded = this.#encoded(key)
    return uninterrupted(() => this.bytes.doesExist(encoded))
  }

  range(options: TableRange = {}): readonly TableEntry[] {
    const bounds = keyBounds(this.name, options)
    const entries: TableEntry[] = []
    if (options.limit === 0 || Buffer.compare(bounds.low, bounds.high) >= 0) return entries
    try {
      uninterrupted(() => this.#collect(bounds, options, entries))
    } catch (cause) {
      throw this.#damaged(cause)
    }
    return entries
  }

  #collect(bounds: KeyBounds, options: TableRange, entries: TableEntry[]): void {
    const { reverse = false, limit = Number.POSITIVE_INFINITY, onDamaged } = options
    let last: Buffer | null = null
    for (const { key, value } of this.bytes.getRange(lmdbRange(bounds, reverse))) {
      try {
        const row = decodeRow(this.#nameCrc, key, value)
        if (!isBehind(key, last, bounds, reverse)) throw new Error('rows that are not in order')
        entries.push({ key: decodeTableKey(key), value: row })
        last = key
      } catch (cause) {
        if (onDamaged === undefined) throw cause
        onDamaged(key, cause as Error)
      }
      if (entries.length >= limit) return
    }
  }

  count(): number {
    return uninterrupted(() => this.bytes.getKeysCount())
  }

  put(key: TableKey, value: EventValue): void {
    assert(this.#isTransacting(), 'put belongs in a transaction')
    const encoded = this.#encoded(key)
    this.bytes.putSync(encoded, this.encode(encoded, value))
  }

  remove(key: TableKey): void {
    assert(this.#isTransacting(), 'remove belongs in a transaction')
    this.bytes.removeSync(this.#encoded(key))
  }

  /** The row as bytes, for whoever writes it. */
  encode(key: Buffer, value: EventValue): Buffer {
    return encodeRow(this.#nameCrc, key, value)
  }

  #damaged(cause: unknown): DamagedTableError {
    return new DamagedTableError(this.name, (cause as Error).message, { cause })
  }

  #encoded(key: TableKey): Buffer {
    assert(key.length > 0)
    return encodeTableKey(this.name, key)
  }
}

/** LMDB ends before `end`, or at it; forwards it begins at `start`, backwards below it. */
function lmdbRange({ low, high }: KeyBounds, reverse: boolean): RangeOptions {
  if (!reverse) return { start: low, end: high }
  return { start: high, end: low, reverse, exclusiveStart: true, inclusiveEnd: true }
}

/** Whether a key lies where a sound table has it: behind the one before, the first one within the bounds. */
function isBehind(key: Buffer, last: Buffer | null, bounds: KeyBounds, reverse: boolean): boolean {
  if (reverse) return Buffer.compare(key, last ?? bounds.high) < 0
  return last === null ? Buffer.compare(key, bounds.low) >= 0 : Buffer.compare(key, last) > 0
}
