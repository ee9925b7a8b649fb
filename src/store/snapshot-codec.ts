/**
 * Snapshots as bytes: a CRC-32, then MessagePack `[streamId, version, position, stateVersion, state]`.
 *
 * A snapshot is a cache. One that is damaged, of another stream, or from a future that did not happen, is
 * no snapshot.
 */

import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../events/codec.js'
import type { EventValue } from '../events/event.js'
import type { Snapshot, StreamHead } from './contracts.js'

const crcBytes = 4

export function encodeSnapshot(streamId: string, snapshot: Snapshot): Buffer {
  const { version, position, stateVersion, state } = snapshot
  const bytes = encodeValue([streamId, version, position, stateVersion, state], crcBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(crcBytes)), 0)
  return bytes
}

/** @returns `undefined` for bytes that are not a sound snapshot of that stream with that head. */
export function decodeSnapshot(
  bytes: Buffer,
  streamId: string,
  head: StreamHead,
): Snapshot | undefined {
  if (head.state === 'deleted' || bytes.length <= crcBytes) return undefined
  if (bytes.readUInt32BE(0) !== crc32(bytes.subarray(crcBytes))) return undefined
  const values = decoded(bytes)
  if (!Array.isArray(values) || values.length !== 5 || values[0] !== streamId) return undefined
  const [, version, position, stateVersion, state] = values as unknown as Stored
  return isOnStream(version, position, head)
    ? { version, position, stateVersion, state }
    : undefined
}

type Stored = readonly [string, number, number, number, EventValue]

/** At the head's version it is at the head's position, below it below. */
function isOnStream(version: number, position: number, head: StreamHead): boolean {
  if (version === head.version) return position === head.position
  return version < head.version && position < head.position
}

function decoded(bytes: Buffer): EventValue | undefined {
  try {
    return decodeValue(bytes, crcBytes)
  } catch {
    return undefined
  }
}
