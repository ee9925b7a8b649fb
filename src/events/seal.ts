/**
 * The seal: values encrypted so that nobody reads them without their key, and nobody moves them.
 *
 * AES-256-GCM (NIST SP 800-38D) over MessagePack, with a random nonce for each seal. Where a seal
 * belongs is part of what it vouches for: bytes that were changed, or put elsewhere, do not open. Whose
 * keys there are, and where they are kept, is the store's affair. Runs per event with personal fields.
 *
 *   0   nonce, 12 bytes
 *   12  tag, 16 bytes
 *   28  the encrypted MessagePack
 */

import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'
import { decodeValue, encodeValue } from './codec.js'
import type { EventValue } from './event.js'

export const sealKeyBytes = 32
export const nonceBytes = 12
const tagBytes = 16
const cipher = 'aes-256-gcm'

/** Whoever reads sealed values needs their keys. */
export interface KeyReader {
  /**
   * The key of a slot; valid until the next call. `null`: it was destroyed, on purpose and for ever.
   *
   * @throws {DamagedKeyError} DRAMATIS_DAMAGED_KEY
   */
  keyAt(slot: number): Uint8Array | null
}

/** Sealed bytes were changed, moved, or sealed with another key. */
export class BrokenSealError extends Error {
  constructor(place: string) {
    super(`Expected what is sealed at ${place} to fit its key, found other bytes.`)
    this.name = 'BrokenSealError'
  }
}

/**
 * Seals a value.
 *
 * @param place - Where it belongs; opening it anywhere else fails.
 * @param nonce - Never the same twice for one key; left out, it is random.
 */
export function sealValue(
  key: Uint8Array,
  place: string,
  value: EventValue,
  nonce: Uint8Array = nextNonce(),
): Buffer {
  const sealing = createCipheriv(cipher, key, nonce)
  sealing.setAAD(Buffer.from(place))
  const encrypted = [sealing.update(encodeValue(value)), sealing.final()]
  return Buffer.concat([nonce, sealing.getAuthTag(), ...encrypted])
}

/** Opens what {@link sealValue} made. @throws {BrokenSealError} */
export function openSeal(key: Uint8Array, place: string, sealed: Uint8Array): EventValue {
  if (sealed.length < nonceBytes + tagBytes) throw new BrokenSealError(place)
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes))
  opening.setAAD(Buffer.from(place))
  opening.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
  const opened = opening.update(sealed.subarray(nonceBytes + tagBytes))
  try {
    opening.final()
  } catch {
    throw new BrokenSealError(place)
  }
  return decodeValue(opened)
}

/** Nonces are drawn in advance, many at a time: one call for each costs a third of a seal. */
const drawn = Buffer.alloc(nonceBytes * 256)
let drawnAt = drawn.length

/** A view of the next bytes drawn, used up before they are drawn again. */
function nextNonce(): Uint8Array {
  if (drawnAt === drawn.length) {
    randomFillSync(drawn)
    drawnAt = 0
  }
  drawnAt += nonceBytes
  return drawn.subarray(drawnAt - nonceBytes, drawnAt)
}
