/**
 * The tables of the log's environment, and reading records from them.
 *
 * A `LogTables` belongs to one thread. Records are fetched by position, one by one: no cursor is ever
 * open, so none can be left open. What `recordAt` returns lies in a buffer that the next read
 * overwrites, which is why a source is only used synchronously. Runs per event.
 */

import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventValue, Position } from '../../events/event.js'
import type { KeyReader } from '../../events/seal.js'
import { type Shape, ShapeTable } from '../../events/shapes.js'
import type { StreamState } from '../../events/stream-end.js'
import type { StreamHead } from '../contracts.js'
import { noStream, type RecordSource } from '../log-storage.js'
import { type BytesTable, type Environment, openTable } from './environment.js'
import { positionKeys, textKeys } from './keys.js'

const headBytes = 12
/** The byte behind a head; one that is not there stands for `open`. */
const states: readonly StreamState[] = ['open', 'closed', 'deleted']

export class LogTables implements RecordSource {
  readonly environment: Environment
  readonly keys: KeyReader
  readonly events: BytesTable<number>
  readonly streams: BytesTable<string>
  readonly shapes: BytesTable<number>
  readonly snapshots: BytesTable<string>
  #known = new ShapeTable()

  constructor(environment: Environment, keys: KeyReader) {
    this.environment = environment
    this.keys = keys
    this.events = openTable(environment, 'events', positionKeys)
    this.streams = openTable(environment, 'streams', textKeys)
    this.shapes = openTable(environment, 'shapes', positionKeys)
    this.snapshots = openTable(environment, 'snapshots', textKeys)
  }

  /** Forgets the shapes that are known and reads those that are stored. */
  reloadShapes(): ShapeTable {
    this.#known = new ShapeTable()
    this.refresh()
    return this.#known
  }

  /** Reads new shapes too, now: doing so later would overwrite a record that is being looked at. */
  refresh(): void {
    this.events.resetReadTxn()
    this.#loadShapes()
  }

  readHead(): Position {
    for (const position of this.events.getKeys({ reverse: true, limit: 1 })) return position
    return 0
  }

  recordAt(position: Position): Buffer | undefined {
    return bytesAt(this.events, position)
  }

  shapeAt(number: number): Shape | undefined {
    return this.#known.get(number)
  }

  release(): void {
    this.events.resetReadTxn()
  }

  readStreamHead(streamId: string): StreamHead {
    const bytes = bytesAt(this.streams, streamId)
    return bytes === undefined ? noStream : decodeHead(bytes)
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

/** Stream heads: u32 version, u64 position, big-endian; u8 state, where the stream has ended. */
export function encodeHead({ version, position, state }: StreamHead): Buffer {
  const bytes = Buffer.allocUnsafe(state === 'open' ? headBytes : headBytes + 1)
  if (state !== 'open') bytes.writeUInt8(states.indexOf(state), headBytes)
  bytes.writeUInt32BE(version, 0)
  bytes.writeUInt32BE(Math.floor(position / 2 ** 32), 4)
  bytes.writeUInt32BE(position >>> 0, 8)
  return bytes
}

export function decodeHead(bytes: Buffer): StreamHead {
  return {
    version: bytes.readUInt32BE(0),
    position: bytes.readUInt32BE(4) * 2 ** 32 + bytes.readUInt32BE(8),
    state: states[bytes.length > headBytes ? bytes.readUInt8(headBytes) : 0]!,
  }
}

/** Shapes: MessagePack `[aggregateType, type, schemaVersion, fields or null]`. */
export function encodeShape(shape: Shape): Buffer {
  return encodeValue([shape.aggregateType, shape.type, shape.schemaVersion, shape.fields])
}

function decodeShape(number: number, bytes: Buffer): Shape {
  const [aggregateType, type, schemaVersion, fields] = decodeValue(bytes) as readonly EventValue[]
  return Object.freeze({
    number,
    aggregateType: aggregateType as string,
    type: type as string,
    schemaVersion: schemaVersion as number,
    fields: fields === null ? null : Object.freeze(fields as string[]),
  })
}

/**
 * The value as a view of where LMDB put it: its own reused buffer, or the memory map itself. The
 * reused buffer is longer than the value and only pretends otherwise, so a true view is made.
 */
function bytesAt<K extends number | string>(table: BytesTable<K>, key: K): Buffer | undefined {
  const bytes = table.getBinaryFast(key)
  if (bytes === undefined) return undefined
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
