/**
 * The segment: the records of consecutive positions as one value.
 *
 * One value for many records is what makes writing and scanning cheap: LMDB is asked once for all of them, all
 * of them are checked at once, and whoever wants none of their shapes looks at none of them. All integers are
 * big-endian.
 *
 *   0   u32      CRC-32 of bytes 4..end, started with the low 32 bits of the first position
 *   4   u16      n, count of records
 *   6   u16      m, count of shapes; 65,535: they are too many to be named
 *   8   u32 x n  where each record ends, counted from the end of this index
 *   ..  u32 x m  the numbers of the records' shapes, each once
 *   ..           the records, one behind the other
 *
 * What the index says is trusted while the checksum is right. When it is not, each record still has its own,
 * which covers its position too: those that are sound can be read, and the others are told by their positions.
 * Runs per event.
 */

import { crc32 } from 'node:zlib'
import { u32At } from '../../base/u32.js'
import type { Position } from '../../events/event.js'
import { shapeNumberOf } from '../../events/record.js'
import type { RecordRun } from '../log-storage.js'

const crcBytes = 4
const countsBytes = 4
const endBytes = 4
const shapeBytes = 4
/** More shapes than that are not named: a segment with its index is to fit into a page. */
const shapesMax = 16
const tooManyShapes = 0xffff
const noBytes = Buffer.alloc(0)

/** The shapes of the segment that is being packed. */
const shapes: number[] = []

/** Packs the records [from, to) of a list. @param first - The position of the first of them. */
export function encodeSegment(
  first: Position,
  records: readonly Buffer[],
  from: number,
  to: number,
): Buffer {
  collectShapes(records, from, to)
  const hasShapes = shapes.length <= shapesMax
  const namedShapes = hasShapes ? shapes.length : 0
  const endsAt = crcBytes + countsBytes
  const shapesAt = endsAt + (to - from) * endBytes
  const recordsAt = shapesAt + namedShapes * shapeBytes
  let bytesLength = recordsAt
  for (let at = from; at < to; at++) bytesLength += records[at]!.length
  const bytes = Buffer.allocUnsafe(bytesLength)
  bytes.writeUInt16BE(to - from, crcBytes)
  bytes.writeUInt16BE(hasShapes ? shapes.length : tooManyShapes, crcBytes + 2)
  for (let at = 0; at < namedShapes; at++) {
    bytes.writeUInt32BE(shapes[at]!, shapesAt + at * shapeBytes)
  }
  let end = recordsAt
  for (let at = from; at < to; at++) {
    bytes.set(records[at]!, end)
    end += records[at]!.length
    bytes.writeUInt32BE(end - recordsAt, endsAt + (at - from) * endBytes)
  }
  bytes.writeUInt32BE(crc32(bytes.subarray(crcBytes), first >>> 0), 0)
  return bytes
}

/** Each once; stops when they are too many. */
function collectShapes(records: readonly Buffer[], from: number, to: number): void {
  shapes.length = 0
  for (let at = from; at < to && shapes.length <= shapesMax; at++) {
    const shape = shapeNumberOf(records[at]!)
    if (!shapes.includes(shape)) shapes.push(shape)
  }
}

/**
 * The segment that was read last, and its records one by one.
 *
 * LMDB overwrites what it returned with whatever is read next, of any table: whoever reads closes it first.
 */
export class OpenSegment {
  /** All of the memory that segments are read into: making a view of each would cost as much as a record. */
  #memory: Buffer = noBytes
  #first: Position = 0
  #count = 0
  /** How many shapes it names; 0: none are known. */
  #shapes = 0
  /** In the memory: of the segment, of the first record, and behind the last byte. */
  #start = 0
  #records = 0
  #end = 0

  get first(): Position {
    return this.#first
  }

  /** @param bytes - Of the segment of that first position; used, not copied. Of its fields only these are. */
  open(
    first: Position,
    { buffer, byteOffset, length }: Pick<Buffer, 'buffer' | 'byteOffset' | 'length'>,
  ): void {
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer)
    this.#first = first
    this.#start = byteOffset
    this.#end = byteOffset + length
    const counts = length < crcBytes + countsBytes ? 0 : u32At(this.#memory, byteOffset + crcBytes)
    this.#count = counts >>> 16
    this.#shapes = (counts & 0xffff) === tooManyShapes ? 0 : counts & 0xffff
    this.#records = this.#shapesAt() + this.#shapes * shapeBytes
    // Counts that do not fit into their own segment are damage: it holds nothing then.
    if (this.#records > this.#end) this.#count = 0
  }

  /** Lets go of it. */
  close(): void {
    this.#count = 0
  }

  holds(position: Position): boolean {
    return position >= this.#first && position < this.#first + this.#count
  }

  /** @returns a view of what was opened. */
  recordAt(position: Position): Buffer {
    const at = position - this.#first
    const start = at === 0 ? this.#records : this.#endOf(at - 1)
    const end = this.#endOf(at)
    // One that ends outside of its segment is cut wrongly, whatever happens to be there.
    return start > end || end > this.#end ? noBytes : this.#memory.subarray(start, end)
  }

  /** Checks it as a whole, and says what it says of its records. */
  run(): RecordRun {
    const last = this.#first + this.#count - 1
    const isSound =
      u32At(this.#memory, this.#start) ===
      crc32(this.#memory.subarray(this.#start + crcBytes, this.#end), this.#first >>> 0)
    return { last, isSound, shapes: isSound && this.#shapes > 0 ? this.#shapeNumbers() : null }
  }

  /** All records, each with a memory of its own. */
  records(): Buffer[] {
    const positions = Array.from({ length: this.#count }, (_each, at) => this.#first + at)
    return positions.map((position) => Buffer.from(this.recordAt(position)))
  }

  #shapesAt(): number {
    return this.#start + crcBytes + countsBytes + this.#count * endBytes
  }

  #shapeNumbers(): readonly number[] {
    const from = this.#shapesAt()
    const numbers = new Array<number>(this.#shapes)
    for (let at = 0; at < numbers.length; at++) {
      numbers[at] = u32At(this.#memory, from + at * shapeBytes)
    }
    return numbers
  }

  #endOf(at: number): number {
    const ends = this.#start + crcBytes + countsBytes
    return this.#records + u32At(this.#memory, ends + at * endBytes)
  }
}
