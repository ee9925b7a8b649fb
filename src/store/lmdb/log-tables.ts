/**
 * The tables of the log's environment, and reading records from them.
 *
 * A `LogTables` belongs to one thread. Segments are fetched whole, and records taken out of the one that
 * was fetched last: no cursor is ever left open. What `recordAt` returns is overwritten by the next
 * segment, which is why a source is only used synchronously. Runs per event.
 */

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventValue, Position } from '../../events/event.js'
import { unknownIndex } from '../../events/record.js'
import type { KeyReader } from '../../events/seal.js'
import { type Shape, ShapeTable } from '../../events/shapes.js'
import { type StreamState, streamStates } from '../../events/stream-end.js'
import type { ClaimEntry } from '../claims.js'
import { DamagedRecordError, DamagedTableError } from '../errors.js'
import { type ChainHead, noStream, type RecordRun } from '../log-storage.js'
import type { TagSource } from '../read-tagged.js'
import { tagPrefix } from '../tags.js'
import { decodeOwner } from './claim-owner.js'
import { type BytesTable, type Environment, openTable } from './environment.js'
import { hexKeys, positionKeys, textKeys } from './keys.js'
import { OpenSegment } from './segment.js'

/** Of the head of a stream that is open; one that has ended has a byte more. */
export const headBytes = 14
const crcBytes = 4
/** Where no index is known. */
const noIndex = 0xffff

export class LogTables implements TagSource {
  readonly environment: Environment
  readonly keys: KeyReader
  /** Segments, by their first positions. */
  readonly events: BytesTable<number>
  /** Entries of groups, by their last positions: `recent-heads.ts`. */
  readonly groups: BytesTable<number>
  readonly streams: BytesTable<string>
  readonly shapes: BytesTable<number>
  readonly snapshots: BytesTable<string>
  readonly tags: BytesTable<string>
  readonly claims: BytesTable<string>
  readonly #segment = new OpenSegment()
  #known = new ShapeTable()

  constructor(environment: Environment, keys: KeyReader) {
    this.environment = environment
    this.keys = keys
    this.events = openTable(environment, 'events', positionKeys)
    this.groups = openTable(environment, 'groups', positionKeys)
    this.streams = openTable(environment, 'streams', textKeys)
    this.shapes = openTable(environment, 'shapes', positionKeys)
    this.snapshots = openTable(environment, 'snapshots', textKeys)
    this.tags = openTable(environment, 'tags', hexKeys)
    this.claims = openTable(environment, 'claims', hexKeys)
  }

  /** Forgets the shapes that are known and reads those that are stored. */
  reloadShapes(): ShapeTable {
    this.#known = new ShapeTable()
    this.refresh()
    return this.#known
  }

  /** Reads new shapes too, now: doing so later would overwrite a record that is being looked at. */
  refresh(): void {
    this.#segment.close()
    this.events.resetReadTxn()
    this.#loadShapes()
  }

  readHead(): Position {
    for (const position of this.groups.getKeys({ reverse: true, limit: 1 })) return position
    return 0
  }

  recordAt(position: Position, index: number = unknownIndex): Buffer | undefined {
    if (!this.#segment.holds(position)) this.#openSegment(position, index)
    return this.#segment.holds(position) ? this.#segment.recordAt(position) : undefined
  }

  runAt(position: Position): RecordRun | undefined {
    return this.recordAt(position) === undefined ? undefined : this.#segment.run()
  }

  /** All records of the segment that a position is in, which was found before, and the first position. */
  segmentWith(position: Position): { readonly first: Position; readonly records: Buffer[] } {
    assert(this.recordAt(position) !== undefined)
    return { first: this.#segment.first, records: this.#segment.records() }
  }

  shapeAt(number: number): Shape | undefined {
    return this.#known.get(number)
  }

  release(): void {
    this.#segment.close()
    this.events.resetReadTxn()
  }

  /** As far as it is in the table. */
  readStreamHead(streamId: string): ChainHead {
    this.#segment.close()
    const value = this.streams.getBinary(streamId)
    return value === undefined ? noStream : decodeHead(value)
  }

  taggedPositions(tag: string, after: Position, to: Position): readonly Position[] {
    if (after >= to) return []
    this.#segment.close()
    const prefix = tagPrefix(tag)
    const range = { start: tagKey(prefix, after + 1), end: tagKey(prefix, to + 1) }
    const positions: Position[] = []
    for (const key of this.tags.getKeys(range)) positions.push(positionOfTagKey(key))
    return positions
  }

  /** @throws {DamagedTableError} DRAMATIS_DAMAGED_TABLE */
  readClaimOwner(key: string): string | undefined {
    this.#segment.close()
    this.claims.resetReadTxn()
    const bytes = this.claims.getBinary(key)
    return bytes === undefined ? undefined : decodeOwner(key, bytes)
  }

  readClaims(prefix: string, after: string | undefined, limit: number): readonly ClaimEntry[] {
    this.#segment.close()
    this.claims.resetReadTxn()
    const start = after === undefined ? prefix : `${after}00`
    const entries: ClaimEntry[] = []
    for (const { key, value } of this.claims.getRange({ start, limit })) {
      if (!key.startsWith(prefix)) break
      entries.push({ key, owner: readableOwner(key, value) })
    }
    return entries
  }

  /** Where it is said to be; where the segment behind the last one begins; else by a search. */
  #openSegment(position: Position, index: number): void {
    const first = index === unknownIndex ? position : position - index
    try {
      if (this.#openAt(first)) return
      for (const before of this.events.getKeys({ start: position, reverse: true, limit: 1 })) {
        this.#openAt(before)
      }
    } catch (cause) {
      const why = (cause as Error).message
      throw new DamagedRecordError(position, `pages that LMDB cannot read (${why})`, { cause })
    }
  }

  #openAt(first: Position): boolean {
    const value = this.events.getBinaryFast(first)
    if (value === undefined) return false
    this.#segment.open(first, value)
    return true
  }

  /** Shapes are append-only: only those behind the last known one can be new. */
  #loadShapes(): void {
    for (;;) {
      const number = this.#known.size + 1
      const bytes = this.shapes.getBinary(number)
      if (bytes === undefined) return
      this.#known.load([decodeShape(number, bytes)])
    }
  }
}

/** Where the index names a position under a tag: the tag's prefix, u64 position. In hexadecimal. */
export function tagKey(prefix: string, position: Position): string {
  return prefix + position.toString(16).padStart(16, '0')
}

/** The position that a tag's key ends with. */
export function positionOfTagKey(key: string): Position {
  return Number.parseInt(key.slice(-16), 16)
}

/** Stream heads: u32 version, u64 position, u16 index in the segment; u8 state, where the stream has ended. */
export function encodeHead({ version, position, index, state }: ChainHead): Buffer {
  const bytes = Buffer.allocUnsafe(state === 'open' ? headBytes : headBytes + 1)
  if (state !== 'open') bytes.writeUInt8(streamStates.indexOf(state), headBytes)
  bytes.writeUInt32BE(version, 0)
  bytes.writeUInt32BE(Math.floor(position / 2 ** 32), 4)
  bytes.writeUInt32BE(position >>> 0, 8)
  bytes.writeUInt16BE(index === unknownIndex ? noIndex : index, 12)
  return bytes
}

/** @throws {DamagedTableError} DRAMATIS_DAMAGED_TABLE: these bytes are no head. */
export function decodeHead(bytes: Buffer): ChainHead {
  const state = stateIn(bytes)
  // Of a stream without events no head is kept: what says so would have it begin anew.
  if (state === undefined || bytes.readUInt32BE(0) === 0) {
    throw new DamagedTableError('streams', `${bytes.length} bytes that are no head of a stream`)
  }
  const index = bytes.readUInt16BE(12)
  return {
    version: bytes.readUInt32BE(0),
    position: bytes.readUInt32BE(4) * 2 ** 32 + bytes.readUInt32BE(8),
    index: index === noIndex ? unknownIndex : index,
    state,
  }
}

/** No byte says that a stream is open: one that does was another. */
function stateIn(bytes: Buffer): StreamState | undefined {
  if (bytes.length === headBytes) return 'open'
  const state = bytes.length === headBytes + 1 ? bytes.readUInt8(headBytes) : 0
  return state === 0 ? undefined : streamStates[state]
}

/** Shapes: u32 CRC-32 of the rest, started with the number; MessagePack `[aggregateType, type, schemaVersion, fields or null]`. */
export function encodeShape(shape: Shape): Buffer {
  const { number, aggregateType, type, schemaVersion, fields } = shape
  const bytes = encodeValue([aggregateType, type, schemaVersion, fields], crcBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(crcBytes), number), 0)
  return bytes
}

/** @throws {DamagedTableError} DRAMATIS_DAMAGED_TABLE: these bytes are no shape. */
export function decodeShape(number: number, bytes: Buffer): Shape {
  const [aggregateType, type, schemaVersion, fields] = shapeValues(number, bytes)
  const isShape =
    typeof aggregateType === 'string' &&
    typeof type === 'string' &&
    typeof schemaVersion === 'number' &&
    (fields === null || isTexts(fields))
  if (!isShape) throw noShape(number)
  return Object.freeze({
    ...{ number, aggregateType, type, schemaVersion },
    fields: fields === null ? null : Object.freeze(fields),
  })
}

/** `null`: it is damaged. */
function readableOwner(key: string, bytes: Buffer): string | null {
  try {
    return decodeOwner(key, bytes)
  } catch (error) {
    assert(error instanceof DamagedTableError)
    return null
  }
}

function shapeValues(number: number, bytes: Buffer): readonly (EventValue | undefined)[] {
  const isSound =
    bytes.length > crcBytes && bytes.readUInt32BE(0) === crc32(bytes.subarray(crcBytes), number)
  if (!isSound) throw noShape(number)
  let values: EventValue
  try {
    values = decodeValue(bytes, crcBytes)
  } catch (cause) {
    throw noShape(number, cause)
  }
  if (Array.isArray(values)) return values
  throw noShape(number)
}

function isTexts(value: EventValue | undefined): value is string[] & EventValue {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function noShape(number: number, cause?: unknown): DamagedTableError {
  return new DamagedTableError('shapes', `no shape under number ${number}`, { cause })
}
