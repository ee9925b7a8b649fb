/**
 * The heads of streams that are not in their table yet.
 *
 * A stream that is written a thousand times a second needs its head in the table once in a while, not a
 * thousand times a second. So a group writes the heads of its streams as one value, its entry; and now and
 * then those of all entries go to the table, in the transaction of the next group, and the entries go.
 *
 * Invariants:
 *   - a head is in the table, or in an entry that is newer than the table;
 *   - the entry of the newest group is always there: its key is the head of the log.
 */

import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { Position } from '../../events/event.js'
import { type StreamState, streamStates } from '../../events/stream-end.js'
import type { ChainHead } from '../log-storage.js'

/** Entries, and heads in them, after which they go to the table. */
const entriesMax = 64
const headsMax = 1_024

const crcBytes = 4
const fieldsPerHead = 5

export class RecentHeads {
  readonly #heads = new Map<string, ChainHead>()
  readonly #entries: Position[] = []

  get(streamId: string): ChainHead | undefined {
    return this.#heads.get(streamId)
  }

  /** Whether they should go to the table with the next group. */
  get isFull(): boolean {
    return this.#entries.length >= entriesMax || this.#heads.size >= headsMax
  }

  /** The heads that are not in the table. */
  get heads(): ReadonlyMap<string, ChainHead> {
    return this.#heads
  }

  /** The groups whose entries they are in, by their last positions. */
  get entries(): readonly Position[] {
    return this.#entries
  }

  /** Takes in the entry of a group, in their order. */
  add(to: Position, heads: ReadonlyMap<string, ChainHead>): void {
    this.#entries.push(to)
    heads.forEach((head, streamId) => {
      this.#heads.set(streamId, head)
    })
  }

  /** They are in the table now. */
  clear(): void {
    this.#heads.clear()
    this.#entries.length = 0
  }
}

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
    const [version, position, index, state] = fields.slice(at + 1, at + fieldsPerHead) as number[]
    const head = { version: version!, position: position!, index: index!, state: stateAt(state!) }
    heads.set(fields[at] as string, head)
  }
  return heads
}

function stateAt(number: number): StreamState {
  return streamStates[number]!
}
