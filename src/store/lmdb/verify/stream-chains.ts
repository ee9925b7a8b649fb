/**
 * Where each stream stands, while the log is read from its beginning.
 *
 * One entry per stream and none per event: 25 bytes, in typed arrays, so that ten million streams take half a
 * gigabyte and not ten. A stream is known by 64 bits of two hashes of its id. Two streams with the same ones would be
 * taken for one: with a million streams, one chance in thirty-seven million. Runs per event.
 *
 * Invariants:
 *   - a stream that was found keeps its slot until another is added;
 *   - at least three slots in ten are free, so a search ends.
 */

import { crc32 } from 'node:zlib'
import type { Position, Version } from '../../../events/event.js'

const capacityMin = 1_024
const loadMax = 0.7

/** Behind the last event of a stream. */
export interface ChainEnd {
  readonly version: Version
  readonly position: Position
  /** Of its last event, in its segment. */
  readonly index: number
  /** Index in `streamStates`. */
  readonly state: number
}

export class StreamChains {
  #size = 0
  #slots = new Slots(capacityMin)

  /** How many streams there are. */
  get size(): number {
    return this.#size
  }

  /** @returns its slot, or -1 where it is not known. */
  find(streamId: string, keyHash: number): number {
    const slot = this.#slots.search(keyHash, crc32(streamId))
    return this.#slots.versions[slot] === 0 ? -1 : slot
  }

  endAt(slot: number): ChainEnd {
    const { versions, positions, indexes, marks } = this.#slots
    return {
      version: versions[slot]!,
      position: positions[slot]!,
      index: indexes[slot]!,
      state: marks[slot]! & 0x0f,
    }
  }

  /** Moves a stream on, or adds it. Versions begin at 1. */
  set(streamId: string, keyHash: number, { version, position, index, state }: ChainEnd): void {
    if (this.#size + 1 > this.#slots.capacity * loadMax) this.#slots = this.#slots.doubled()
    const slots = this.#slots
    const crc = crc32(streamId)
    const slot = slots.search(keyHash, crc)
    if (slots.versions[slot] === 0) this.#size++
    slots.keyHashes[slot] = keyHash
    slots.crcs[slot] = crc
    slots.versions[slot] = version
    slots.positions[slot] = position
    slots.indexes[slot] = index
    slots.marks[slot] = state
  }

  /** Its head was found. */
  markSeen(slot: number): void {
    this.#slots.marks[slot]! |= 0x10
  }

  /** The ends of those whose heads were not found. */
  *unseen(): Iterable<ChainEnd> {
    const { capacity, versions, marks } = this.#slots
    for (let slot = 0; slot < capacity; slot++) {
      if (versions[slot] !== 0 && (marks[slot]! & 0x10) === 0) yield this.endAt(slot)
    }
  }
}

/** Version 0: the slot is free. */
class Slots {
  readonly capacity: number
  readonly keyHashes: Uint32Array
  readonly crcs: Uint32Array
  readonly versions: Uint32Array
  readonly positions: Float64Array
  readonly indexes: Int32Array
  /** Bits 0 to 3: state; bit 4: its head was found. */
  readonly marks: Uint8Array

  constructor(capacity: number) {
    this.capacity = capacity
    this.keyHashes = new Uint32Array(capacity)
    this.crcs = new Uint32Array(capacity)
    this.versions = new Uint32Array(capacity)
    this.positions = new Float64Array(capacity)
    this.indexes = new Int32Array(capacity)
    this.marks = new Uint8Array(capacity)
  }

  /** Where it is, or where it would be. The capacity is a power of two. */
  search(keyHash: number, crc: number): number {
    const mask = this.capacity - 1
    let slot = keyHash & mask
    while (this.versions[slot] !== 0) {
      if (this.keyHashes[slot] === keyHash && this.crcs[slot] === crc) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  doubled(): Slots {
    const next = new Slots(this.capacity * 2)
    for (let from = 0; from < this.capacity; from++) {
      if (this.versions[from] === 0) continue
      const to = next.search(this.keyHashes[from]!, this.crcs[from]!)
      next.keyHashes[to] = this.keyHashes[from]!
      next.crcs[to] = this.crcs[from]!
      next.versions[to] = this.versions[from]!
      next.positions[to] = this.positions[from]!
      next.indexes[to] = this.indexes[from]!
      next.marks[to] = this.marks[from]!
    }
    return next
  }
}
