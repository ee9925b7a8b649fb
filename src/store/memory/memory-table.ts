/**
 * One table in memory: a sorted array of keys and a map from key to value.
 *
 * Keys are held as Latin-1 text of their bytes, which sorts as the bytes do. Inserting moves the keys
 * behind, which a machine does at memory speed: meant for up to some 100,000 rows.
 */

import assert from 'node:assert/strict'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventValue } from '../../events/event.js'
import { keyBounds } from '../table-bounds.js'
import { decodeTableKey, encodeTableKey } from '../table-key.js'
import type { Table, TableEntry, TableKey, TableRange } from '../tables.js'

/** What the tables of one database share. */
export interface TableState {
  /** How to take back what the transaction under way has done; `null` outside of one. */
  undo: (() => void)[] | null
}

export class MemoryTable implements Table {
  readonly name: string
  readonly #state: TableState
  #keys: string[] = []
  readonly #values = new Map<string, Buffer>()

  constructor(name: string, state: TableState) {
    this.name = name
    this.#state = state
  }

  get(key: TableKey): EventValue | undefined {
    const bytes = this.#values.get(this.#encoded(key).toString('latin1'))
    return bytes === undefined ? undefined : decodeValue(bytes)
  }

  has(key: TableKey): boolean {
    return this.#values.has(this.#encoded(key).toString('latin1'))
  }

  range(options: TableRange = {}): readonly TableEntry[] {
    const { low, high } = keyBounds(this.name, options)
    const found = this.#keys.slice(
      lowerBound(this.#keys, low.toString('latin1')),
      lowerBound(this.#keys, high.toString('latin1')),
    )
    if (options.reverse === true) found.reverse()
    return found.slice(0, options.limit ?? found.length).map((key) => this.#entry(key))
  }

  count(): number {
    return this.#keys.length
  }

  put(key: TableKey, value: EventValue): void {
    this.#change(key, encodeValue(value))
  }

  remove(key: TableKey): void {
    this.#change(key, undefined)
  }

  /** Sets or removes, without a transaction. */
  set(key: Buffer, value: Buffer | undefined): void {
    this.#set(key.toString('latin1'), value)
  }

  #change(key: TableKey, value: Buffer | undefined): void {
    const { undo } = this.#state
    assert(undo !== null, 'put and remove belong in a transaction')
    const text = this.#encoded(key).toString('latin1')
    const before = this.#values.get(text)
    undo.push(() => this.#set(text, before))
    this.#set(text, value)
  }

  #set(key: string, value: Buffer | undefined): void {
    const isKnown = this.#values.has(key)
    if (value === undefined) this.#values.delete(key)
    else this.#values.set(key, value)
    const isKept = value !== undefined
    if (isKnown === isKept) return
    const at = lowerBound(this.#keys, key)
    if (isKept) this.#keys.splice(at, 0, key)
    else this.#keys.splice(at, 1)
  }

  #entry(key: string): TableEntry {
    return {
      key: decodeTableKey(Buffer.from(key, 'latin1')),
      value: decodeValue(this.#values.get(key)!),
    }
  }

  #encoded(key: TableKey): Buffer {
    assert(key.length > 0)
    return encodeTableKey(this.name, key)
  }
}

/** Index of the first key that is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
