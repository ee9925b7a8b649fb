/**
 * Views of where LMDB puts the values that it is asked for.
 *
 * It copies most of them into one buffer that it uses again, longer than the value and only pretending
 * otherwise; large ones lie in the memory map. A true view of each is needed. Making one costs half as much
 * as decoding a small record, so short ones are made once for each length. Runs per event.
 *
 * Invariant: a view shows the value that was read last, until the next one is read.
 */

/** Longer views are made each time. Bytes; also the most that are kept. */
const lengthMax = 4_096

export class ValueViews {
  #buffer: ArrayBufferLike | null = null
  #start = 0
  /** Index = length. */
  #byLength: (Buffer | undefined)[] = []

  /** @param value - As LMDB returned it. */
  of(value: Uint8Array): Buffer {
    const { buffer, byteOffset, length } = value
    if (length > lengthMax) return Buffer.from(buffer, byteOffset, length)
    if (buffer !== this.#buffer || byteOffset !== this.#start) this.#begin(buffer, byteOffset)
    const known = this.#byLength[length]
    if (known !== undefined) return known
    const view = Buffer.from(buffer, byteOffset, length)
    this.#byLength[length] = view
    return view
  }

  #begin(buffer: ArrayBufferLike, start: number): void {
    this.#buffer = buffer
    this.#start = start
    this.#byLength = []
  }
}
