/**
 * Key slots: where keys lie, each in a place of its own that is overwritten when it is destroyed.
 *
 * A database would keep old pages: what was deleted stays readable in the file until it is needed for
 * something else. A slot is written once, overwritten once, and never given to another key. Two
 * implementations: a file of fixed-width slots, and memory. Whose key lies where is the vault's affair.
 *
 * A slot, 64 bytes, integers big-endian:
 *   0   u32   CRC-32 of bytes 4..end, started with the slot's number
 *   4   u8    1: a key; 2: destroyed
 *   5   u8x3  zero
 *   8   key, 32 bytes; zeros where it was destroyed
 *   40  zeros
 */

import { crc32 } from 'node:zlib'
import { type KeyReader, sealKeyBytes } from '../../events/seal.js'

export const slotBytes = 64
const stateAt = 4
const keyAt = 8
const isKey = 1
const isDestroyed = 2

/** Slots are numbered from 1. */
export interface KeySlots extends KeyReader {
  /** Writes keys into the slots from `first` on. Resolves when durable. */
  write(first: number, keys: readonly Uint8Array[]): Promise<void>
  /** Overwrites keys: readable by nobody from then on. Resolves when durable. Idempotent. */
  destroy(slots: readonly number[]): Promise<void>
  close(): Promise<void>
}

/** The bytes of a slot. @param key - `null`: destroyed. */
export function encodeSlot(slot: number, key: Uint8Array | null): Buffer {
  const bytes = Buffer.alloc(slotBytes)
  bytes[stateAt] = key === null ? isDestroyed : isKey
  if (key !== null) bytes.set(key, keyAt)
  bytes.writeUInt32BE(checksum(bytes, slot), 0)
  return bytes
}

/** The key in a slot's bytes; `null`: destroyed; `undefined`: these are not the bytes of this slot. */
export function decodeSlot(slot: number, bytes: Buffer): Uint8Array | null | undefined {
  if (bytes.readUInt32BE(0) !== checksum(bytes, slot)) return undefined
  if (bytes[stateAt] === isKey) return bytes.subarray(keyAt, keyAt + sealKeyBytes)
  return bytes[stateAt] === isDestroyed ? null : undefined
}

function checksum(bytes: Buffer, slot: number): number {
  return crc32(bytes.subarray(stateAt, slotBytes), slot >>> 0)
}
