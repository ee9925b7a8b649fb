/**
 * Table keys as bytes that sort like the tuples they stand for.
 *
 * Each element is a tag and, for numbers and strings, what sorts like the value:
 *
 *   02                null
 *   03, 04            false, true
 *   05 + 8 bytes      number: the IEEE 754 double, big-endian; the sign bit flipped for positive
 *                     numbers, all bits flipped for negative ones
 *   06 + UTF-8 + 00   string
 *
 * Every element ends by itself, so the bytes of a tuple begin the bytes of each longer one that it
 * begins. Own, because the ordered-binary keys that LMDB's binding brings do not give every tuple
 * back: those with a null behind the second element, or a long string with control characters.
 * Runs per row.
 */

import assert from 'node:assert/strict'
import { KeyTooLargeError } from './errors.js'
import { type KeyPart, keyBytesMax, type TableKey } from './tables.js'

const tagNull = 2
const tagFalse = 3
const tagTrue = 4
const tagNumber = 5
const tagString = 6

/** Where keys are put together: longer than any key may be, by the longest single step. */
const scratch = Buffer.alloc(keyBytesMax + 16)
const number = new DataView(new ArrayBuffer(8))

/** Above every key. */
export const keyAfterAll: Buffer = Buffer.from([0xff])

/**
 * Encodes a key, or the beginning of one.
 *
 * @param table - For the error.
 * @throws {KeyTooLargeError} DRAMATIS_KEY_TOO_LARGE
 */
export function encodeTableKey(table: string, key: TableKey): Buffer {
  let end = 0
  for (const part of key) end = writePart(table, part, end)
  return Buffer.from(scratch.subarray(0, end))
}

/** The first bytes behind all keys that begin with `prefix`. */
export function afterPrefix(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, keyAfterAll])
}

/** Decodes what {@link encodeTableKey} made. */
export function decodeTableKey(bytes: Buffer): TableKey {
  const key: KeyPart[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at]!
    at++
    if (tag === tagString) {
      const end = bytes.indexOf(0, at)
      assert(end >= 0, 'a text ends')
      key.push(bytes.toString('utf8', at, end))
      at = end + 1
    } else if (tag === tagNumber) {
      key.push(readNumber(bytes, at))
      at += 8
    } else {
      assert(tag === tagNull || tag === tagFalse || tag === tagTrue)
      key.push(tag === tagNull ? null : tag === tagTrue)
    }
  }
  return key
}

function writePart(table: string, part: KeyPart, start: number): number {
  if (start >= keyBytesMax) throw new KeyTooLargeError(table, keyBytesMax)
  if (typeof part === 'string') return writeString(table, part, start)
  if (typeof part === 'number') {
    assert(Number.isFinite(part))
    scratch[start] = tagNumber
    writeNumber(part, start + 1)
    return withinBounds(table, start + 9)
  }
  assert(part === null || typeof part === 'boolean')
  scratch[start] = part === null ? tagNull : part ? tagTrue : tagFalse
  return start + 1
}

function writeString(table: string, part: string, start: number): number {
  assert(!part.includes('\0'), 'a key holds no NUL')
  // Checked beforehand: writing what does not fit would cut it off in silence.
  if (part.length > keyBytesMax || Buffer.byteLength(part) > keyBytesMax - start - 2) {
    throw new KeyTooLargeError(table, keyBytesMax)
  }
  scratch[start] = tagString
  const end = start + 1 + scratch.write(part, start + 1)
  scratch[end] = 0
  return end + 1
}

function writeNumber(value: number, start: number): void {
  number.setFloat64(0, value + 0)
  const high = number.getUint32(0)
  const negative = high >= 0x80000000
  scratch.writeUInt32BE((negative ? ~high : high | 0x80000000) >>> 0, start)
  const low = number.getUint32(4)
  scratch.writeUInt32BE((negative ? ~low : low) >>> 0, start + 4)
}

function readNumber(bytes: Buffer, start: number): number {
  const high = bytes.readUInt32BE(start)
  const low = bytes.readUInt32BE(start + 4)
  const negative = high < 0x80000000
  number.setUint32(0, negative ? ~high : high & 0x7fffffff)
  number.setUint32(4, negative ? ~low : low)
  return number.getFloat64(0)
}

function withinBounds(table: string, end: number): number {
  if (end > keyBytesMax) throw new KeyTooLargeError(table, keyBytesMax)
  return end
}
