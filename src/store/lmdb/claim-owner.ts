/**
 * The bytes of a claim: u32 CRC-32 of its key and the rest; the id of the stream that holds it, as UTF-8.
 *
 * What the key of a claim is, and who may hold one, is `../claims.ts`.
 *
 * Invariant: an owner under another key, or with any other byte, is damaged.
 */

import { crc32 } from 'node:zlib'
import { DamagedTableError } from '../errors.js'

const crcBytes = 4

/** @param key - In hexadecimal. */
export function encodeOwner(key: string, streamId: string): Buffer {
  const bytes = Buffer.allocUnsafe(crcBytes + Buffer.byteLength(streamId))
  bytes.write(streamId, crcBytes)
  bytes.writeUInt32BE(crcOf(key, bytes), 0)
  return bytes
}

/** @throws {DamagedTableError} DRAMATIS_DAMAGED_TABLE */
export function decodeOwner(key: string, bytes: Buffer): string {
  if (bytes.length <= crcBytes || bytes.readUInt32BE(0) !== crcOf(key, bytes)) {
    throw new DamagedTableError('claims', 'a claim that fails its checksum')
  }
  return bytes.toString('utf8', crcBytes, bytes.length)
}

/** LMDB's reads give a larger buffer whose `length` alone says where the value ends. */
function crcOf(key: string, bytes: Buffer): number {
  return crc32(bytes.subarray(crcBytes, bytes.length), crc32(Buffer.from(key, 'hex')))
}
