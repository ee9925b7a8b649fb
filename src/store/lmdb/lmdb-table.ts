/**
 * One table in LMDB: keys and values encoded, ranges copied out before they are returned.
 *
 * It does not begin or end transactions. A cursor is open only while `range` runs.
 */

import assert from 'node:assert/strict'
import type { Database } from 'lmdb'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventValue } from '../../events/event.js'
import { DamagedTableError } from '../errors.js'
import { keyBounds } from '../table-bounds.js'
import { decodeTableKey, encodeTableKey } from '../table-key.js'
import type { Table, TableEntry, TableKey, TableRange } from '../tables.js'

export type BytesByKey = Database<Buffer, Buffer>

export class LmdbTable implements Table {
  readonly name: string
  readonly bytes: BytesByKey
  readonly #isTransacting: () => boolean

  constructor(name: string, bytes: BytesByKey, isTransacting: () => boolean) {
    this.name = name
    this.bytes = bytes
    this.#isTransacting = isTransacting
  }

  get(key: TableKey): EventValue | undefined {
    const encoded = this.#encoded(key)
    try {
      // Overwritten by the next read; decoding copies.
      const bytes = this.bytes.getBinaryFast(encoded)
      return bytes === undefined ? undefined : decodeValue(bytes)
    } catch (cause) {
      throw this.#damaged(cause)
    }
  }

  has(key: TableKey): boolean {
    return this.bytes.doesExist(this.#encoded(key))
  }

  range(options: TableRange = {}): readonly TableEntry[] {
    const { low, high } = keyBounds(this.name, options)
    const entries: TableEntry[] = []
    if (options.limit === 0 || Buffer.compare(low, high) >= 0) return entries
    const limit = options.limit === undefined ? {} : { limit: options.limit }
    // LMDB ends before `end`, or at it; forwards it begins at `start`, backwards below it.
    const found =
      options.reverse === true
        ? { start: high, end: low, reverse: true, exclusiveStart: true, inclusiveEnd: true }
        : { start: low, end: high }
    try {
      for (const { key, value } of this.bytes.getRange({ ...found, ...limit })) {
        entries.push({ key: decodeTableKey(key), value: decodeValue(value) })
      }
    } catch (cause) {
      throw this.#damaged(cause)
    }
    return entries
  }

  count(): number {
    return this.bytes.getKeysCount()
  }

  put(key: TableKey, value: EventValue): void {
    assert(this.#isTransacting(), 'put belongs in a transaction')
    this.bytes.putSync(this.#encoded(key), encodeValue(value))
  }

  remove(key: TableKey): void {
    assert(this.#isTransacting(), 'remove belongs in a transaction')
    this.bytes.removeSync(this.#encoded(key))
  }

  #damaged(cause: unknown): DamagedTableError {
    return new DamagedTableError(this.name, (cause as Error).message, { cause })
  }

  #encoded(key: TableKey): Buffer {
    assert(key.length > 0)
    return encodeTableKey(this.name, key)
  }
}
