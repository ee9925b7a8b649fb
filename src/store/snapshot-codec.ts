/**
 * Snapshots as bytes: a CRC-32, then MessagePack `[version, position, stateVersion, state]`; or, where the
 * state may hold personal fields, `[version, position, stateVersion, null, slot of the key, sealed]`.
 *
 * A snapshot is a cache. One that is damaged, from a future that did not happen, or sealed with a key that
 * is gone, is no snapshot.
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
  const values: EventValue[] = [version, position, stateVersion]
  if (key === null) values.push(state)
  else values.push(null, key.slot, sealValue(key.key, placeOf(streamId, version), state))
  const bytes = encodeValue(values, crcBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(crcBytes)), 0)
  return bytes
}

/** @returns `undefined` for bytes that are not a sound snapshot of a stream with that head. */
export function decodeSnapshot(
  streamId: string,
  bytes: Buffer,
  head: StreamHead,
  keys: KeyReader,
): Snapshot | undefined {
  if (bytes.length <= crcBytes) return undefined
  if (bytes.readUInt32BE(0) !== crc32(bytes.subarray(crcBytes))) return undefined
  try {
    const values = decodeValue(bytes, crcBytes)
    if (!Array.isArray(values)) return undefined
    const [version, position, stateVersion] = values as [number, number, number]
    if (version > head.version || position > head.position) return undefined
    const state = stateOf(streamId, version, values, keys)
    return state === undefined ? undefined : { version, position, stateVersion, state }
  } catch {
    return undefined
  }
}

function stateOf(
  streamId: string,
  version: number,
  values: readonly EventValue[],
  keys: KeyReader,
): EventValue | undefined {
  if (values.length === 4) return values[3]
  if (values.length !== 6) return undefined
  const key = keys.keyAt(values[4] as number)
  if (key === null) return undefined
  return openSeal(key, placeOf(streamId, version), values[5] as Uint8Array)
}

function placeOf(streamId: string, version: number): string {
  return JSON.stringify(['snapshot', streamId, version])
}
