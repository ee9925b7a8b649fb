/**
 * Views of buffers behind their first bytes.
 *
 * Records are read into one buffer again and again, and many are of one length: a view is made once for
 * each. Making one costs a third of a checksum. Runs per event.
 */

/** Longer views are made each time. Bytes; also the most that are kept. */
const lengthMax = 4_096

export class TailViews {
  readonly #from: number
  #buffer: ArrayBufferLike | null = null
  #start = 0
  /** Index = length of the whole. */
  #byLength: (Buffer | undefined)[] = []

  /** @param from - How many bytes a view leaves out. */
  constructor(from: number) {
    this.#from = from
  }

  of(bytes: Buffer): Buffer {
    const { buffer, byteOffset, length } = bytes
    if (length > lengthMax) return bytes.subarray(this.#from)
    if (buffer !== this.#buffer || byteOffset !== this.#start) {
      this.#buffer = buffer
      this.#start = byteOffset
      this.#byLength = []
    }
    const known = this.#byLength[length]
    if (known !== undefined) return known
    const view = bytes.subarray(this.#from)
    this.#byLength[length] = view
    return view
  }
}
