/**
 * Snapshots as bytes: a CRC-32, then MessagePack `[version, position, stateVersion, state]`.
 *
 * A snapshot is a cache. One that is damaged, or from a future that did not happen, is no snapshot.
 */

import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../events/codec.js'
import type { EventValue } from '../events/event.js'
import type { Snapshot, StreamHead } from './contracts.js'

const crcBytes = 4

export function encodeSnapshot(snapshot: Snapshot): Buffer {
  const { version, position, stateVersion, state } = snapshot
  const bytes = encodeValue([version, position, stateVersion, state], crcBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(crcBytes)), 0)
  return bytes
}

/** @returns `undefined` for bytes that are not a sound snapshot of a stream with that head. */
export function decodeSnapshot(bytes: Buffer, head: StreamHead): Snapshot | undefined {
  if (bytes.length <= crcBytes) return undefined
  if (bytes.readUInt32BE(0) !== crc32(bytes.subarray(crcBytes))) return undefined
  const values = decoded(bytes)
  if (!Array.isArray(values) || values.length !== 4) return undefined
  const [version, position, stateVersion, state] = values as [number, number, number, EventValue]
  if (version > head.version || position > head.position) return undefined
  return { version, position, stateVersion, state }
}

function decoded(bytes: Buffer): EventValue | undefined {
  try {
    return decodeValue(bytes, crcBytes)
  } catch {
    return undefined
  }
}
