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
  #bytes: Buffer = noBytes
  #first: Position = 0
  #count = 0
  #indexBytes = 0

  /** @param bytes - Of the segment of that first position; used, not copied. */
  open(first: Position, bytes: Buffer): void {
    const { length } = bytes
    this.#bytes = bytes
    const count = length < countBytes ? 0 : bytes.readUInt32BE(0)
    const indexBytes = countBytes + count * endBytes
    this.#first = first
    // A count that does not fit into its own segment is damage: it holds nothing then.
    this.#count = indexBytes <= length ? count : 0
    this.#indexBytes = indexBytes
  }

  get first(): Position {
    return this.#first
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
    const start = at === 0 ? 0 : this.#endOf(at - 1)
    const end = this.#indexBytes + this.#endOf(at)
    // One that ends outside of its segment is cut wrongly, whatever happens to be there.
    return end > this.#bytes.length ? noBytes : this.#bytes.subarray(this.#indexBytes + start, end)
  }

  /** All records, each with a memory of its own. */
  records(): Buffer[] {
    const positions = Array.from({ length: this.#count }, (_each, at) => this.#first + at)
    return positions.map((position) => Buffer.from(this.recordAt(position)))
  }

  #endOf(at: number): number {
    return this.#bytes.readUInt32BE(countBytes + at * endBytes)
  }
}
