/**
 * The segment: the records of consecutive positions as one value.
 *
 * One value for many records is what makes writing and scanning cheap: LMDB is asked once for all of them.
 * All integers are big-endian.
 *
 *   0   u32      count of records
 *   4   u32 x n  where each record ends, counted from the end of this index
 *   ..           the records, one behind the other
 *
 * Nothing in the index is trusted: a record that was cut wrongly fails its own checksum, which covers its
 * position too. Runs per event.
 */

import { u32At } from '../../base/u32.js'
import type { Position } from '../../events/event.js'

const countBytes = 4
const endBytes = 4
const noBytes = Buffer.alloc(0)

/** Packs the records [from, to) of a list. */
export function encodeSegment(records: readonly Buffer[], from: number, to: number): Buffer {
  const indexBytes = countBytes + (to - from) * endBytes
  let bytesLength = indexBytes
  for (let at = from; at < to; at++) bytesLength += records[at]!.length
  const bytes = Buffer.allocUnsafe(bytesLength)
  bytes.writeUInt32BE(to - from, 0)
  let end = indexBytes
  for (let at = from; at < to; at++) {
    bytes.set(records[at]!, end)
    end += records[at]!.length
    bytes.writeUInt32BE(end - indexBytes, countBytes + (at - from) * endBytes)
  }
  return bytes
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
  /** In the memory: of the index, of the first record, and behind the last byte. */
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
    this.#count = length < countBytes ? 0 : u32At(this.#memory, byteOffset)
    this.#records = byteOffset + countBytes + this.#count * endBytes
    // A count that does not fit into its own segment is damage: it holds nothing then.
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

  /** All records, each with a memory of its own. */
  records(): Buffer[] {
    const positions = Array.from({ length: this.#count }, (_each, at) => this.#first + at)
    return positions.map((position) => Buffer.from(this.recordAt(position)))
  }

  #endOf(at: number): number {
    return this.#records + u32At(this.#memory, this.#start + countBytes + at * endBytes)
  }
}
