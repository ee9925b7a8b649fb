/**
 * The bytes of a row of a table: u32 CRC-32 of the table's name, the row's key and the rest; MessagePack.
 *
 * What keys look like is `table-key.ts`. Runs per row.
 *
 * Invariant: a row under another key than its own, in another table, or with any other byte, is damaged.
 */

import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventValue } from '../../events/event.js'

const crcBytes = 4

/** @param nameCrc - CRC-32 of the table's name. */
export function encodeRow(nameCrc: number, key: Buffer, value: EventValue): Buffer {
  const bytes = encodeValue(value, crcBytes)
  bytes.writeUInt32BE(crcOf(nameCrc, key, bytes), 0)
  return bytes
}

/** @throws {Error} the row is damaged, or is no MessagePack. */
export function decodeRow(nameCrc: number, key: Buffer, bytes: Buffer): EventValue {
  if (bytes.length <= crcBytes || bytes.readUInt32BE(0) !== crcOf(nameCrc, key, bytes)) {
    throw new Error('a row that fails its checksum')
  }
  return decodeValue(bytes, crcBytes)
}

/** LMDB's reads give a larger buffer whose `length` alone says where the row ends. */
function crcOf(nameCrc: number, key: Buffer, bytes: Buffer): number {
  return crc32(bytes.subarray(crcBytes, bytes.length), crc32(key, nameCrc))
}
