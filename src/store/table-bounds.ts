/**
 * What a range of a table means in bytes: the first key, the end, and from which side to read.
 *
 * Pure; shared by both kinds of tables, so that their ranges cannot differ.
 */

import { afterPrefix, encodeTableKey, keyAfterAll } from './table-key.js'
import type { TableRange } from './tables.js'

/** Keys in [low, high), by bytes. Empty when low >= high. */
export interface KeyBounds {
  readonly low: Buffer
  readonly high: Buffer
}

/** Below every key. */
const keyBeforeAll = Buffer.from([0])

/** @throws {KeyTooLargeError} DRAMATIS_KEY_TOO_LARGE */
export function keyBounds(table: string, range: TableRange): KeyBounds {
  const prefix = encodeTableKey(table, range.prefix ?? [])
  const low = prefix.length === 0 ? keyBeforeAll : prefix
  const high = prefix.length === 0 ? keyAfterAll : afterPrefix(prefix)
  if (range.after === undefined) return { low, high }
  const after = encodeTableKey(table, range.after)
  if (range.reverse === true) return { low, high: smaller(high, after) }
  return { low: larger(low, successor(after)), high }
}

/** The smallest bytes above `key`. */
function successor(key: Buffer): Buffer {
  return Buffer.concat([key, keyBeforeAll])
}

function smaller(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) <= 0 ? a : b
}

function larger(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) >= 0 ? a : b
}
