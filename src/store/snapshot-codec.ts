/**
 * Snapshots as bytes: a CRC-32, then MessagePack `[streamId, version, position, stateVersion, state]`; or,
 * where the state may hold personal fields, `[streamId, version, position, stateVersion, null, slot of the
 * key, sealed]`.
 *
 * A snapshot is a cache. One that is damaged, of another stream, from a future that did not happen, or
 * sealed with a key that is gone, is no snapshot.
 */

import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../events/codec.js'
import type { EventValue } from '../events/event.js'
import { type KeyReader, openSeal, sealValue } from '../events/seal.js'
import type { Snapshot, StreamHead } from './contracts.js'

const crcBytes = 4

/** @param key - What to seal the state with; `null`: it stays readable. */
export function encodeSnapshot(
  streamId: string,
  snapshot: Snapshot,
  key: { readonly slot: number; readonly key: Uint8Array } | null,
): Buffer {
  const { version, position, stateVersion, state } = snapshot
  const values: EventValue[] = [streamId, version, position, stateVersion]
  if (key === null) values.push(state)
  else values.push(null, key.slot, sealValue(key.key, placeOf(streamId, version), state))
  const bytes = encodeValue(values, crcBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(crcBytes)), 0)
  return bytes
}

/** @returns `undefined` for bytes that are not a sound snapshot of that stream with that head. */
export function decodeSnapshot(
  bytes: Buffer,
  streamId: string,
  head: StreamHead,
  keys: KeyReader,
): Snapshot | undefined {
  const read = readSnapshot(bytes, streamId, head, keys)
  return typeof read === 'string' || read.state === undefined ? undefined : (read as Snapshot)
}

/** Why bytes are no snapshot of a stream. Of a deleted one nothing is at a place. */
export type NoSnapshot = 'damaged' | 'not of this stream' | 'not at a place of it'

/** A snapshot as it lies on the disk. */
export interface StoredSnapshot extends Omit<Snapshot, 'state'> {
  /** `undefined`: the key that it was sealed with is destroyed. */
  readonly state: EventValue | undefined
}

/** What is in these bytes, or why it is no snapshot. */
export function readSnapshot(
  bytes: Buffer,
  streamId: string,
  head: StreamHead,
  keys: KeyReader,
): StoredSnapshot | NoSnapshot {
  if (head.state === 'deleted') return 'not at a place of it'
  if (bytes.length <= crcBytes) return 'damaged'
  if (bytes.readUInt32BE(0) !== crc32(bytes.subarray(crcBytes))) return 'damaged'
  try {
    const values = decodeValue(bytes, crcBytes)
    if (!Array.isArray(values)) return 'damaged'
    if (values[0] !== streamId) return 'not of this stream'
    const [, version, position, stateVersion] = values as unknown as Place
    if (!isOnStream(version, position, head)) return 'not at a place of it'
    if (values.length !== 5 && values.length !== 7) return 'damaged'
    return { version, position, stateVersion, state: stateOf(streamId, version, values, keys) }
  } catch {
    return 'damaged'
  }
}

type Place = readonly [string, number, number, number]

/** At the head's version it is at the head's position, below it below. */
function isOnStream(version: number, position: number, head: StreamHead): boolean {
  if (version === head.version) return position === head.position
  return version < head.version && position < head.position
}

function stateOf(
  streamId: string,
  version: number,
  values: readonly EventValue[],
  keys: KeyReader,
): EventValue | undefined {
  if (values.length === 5) return values[4]
  const key = keys.keyAt(values[5] as number)
  if (key === null) return undefined
  return openSeal(key, placeOf(streamId, version), values[6] as Uint8Array)
}

function placeOf(streamId: string, version: number): string {
  return JSON.stringify(['snapshot', streamId, version])
}
