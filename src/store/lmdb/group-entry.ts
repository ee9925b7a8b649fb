/**
 * The bytes of a group's entry: where the streams end that the group has written to.
 *
 * When entries are written and read back is not decided here.
 *
 * Invariant: an entry under another key than its own, or with any other byte, is damaged.
 */

import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { Position } from '../../events/event.js'
import { streamStates } from '../../events/stream-end.js'
import type { ChainHead } from '../log-storage.js'

const crcBytes = 4
const fieldsPerHead = 5

/** An entry: u32 CRC-32 of the rest, started with the low 32 bits of its key; a MessagePack array. */
export function encodeEntry(to: Position, heads: ReadonlyMap<string, ChainHead>): Buffer {
  const fields = new Array<string | number>(heads.size * fieldsPerHead)
  let at = 0
  heads.forEach(({ version, position, index, state }, streamId) => {
    fields[at++] = streamId
    fields[at++] = version
    fields[at++] = position
    fields[at++] = index
    fields[at++] = streamStates.indexOf(state)
  })
  const bytes = encodeValue(fields, crcBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(crcBytes), to >>> 0), 0)
  return bytes
}

/** @returns `null`: it is damaged. */
export function decodeEntry(to: Position, bytes: Buffer): Map<string, ChainHead> | null {
  const isSound =
    bytes.length > crcBytes && bytes.readUInt32BE(0) === crc32(bytes.subarray(crcBytes), to >>> 0)
  if (!isSound) return null
  const fields = decodeValue(bytes, crcBytes) as readonly unknown[]
  const heads = new Map<string, ChainHead>()
  for (let at = 0; at < fields.length; at += fieldsPerHead) {
    heads.set(fields[at] as string, {
      version: fields[at + 1] as number,
      position: fields[at + 2] as number,
      index: fields[at + 3] as number,
      state: streamStates[fields[at + 4] as number]!,
    })
  }
  return heads
}
