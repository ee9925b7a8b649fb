/**
 * Texts that are handed out in ascending order, a few at a time, but for neighbours.
 *
 * Quicksort that does no more of its work than is asked for, and leaves runs of up to `runMax` unsorted: to
 * begin costs one pass, and nobody waits for all to be sorted.
 *
 * Invariant: what was handed out is not greater than anything that is still there, but for its own run.
 */

const runMax = 128

export class RoughOrder {
  readonly #texts: string[]
  #from = 0
  /** Where the ranges end that are not sorted among each other yet; the nearest is the last. */
  readonly #ends: number[]

  /** @param texts - Its own from now on. No two are equal. */
  constructor(texts: string[]) {
    this.#texts = texts
    this.#ends = [texts.length]
  }

  /** How many are left. */
  get size(): number {
    return this.#texts.length - this.#from
  }

  /** @param count - At most as many as are left. */
  take(count: number): readonly string[] {
    const from = this.#from
    const to = from + count
    while (this.#from < to) {
      this.#narrow()
      const end = this.#ends.at(-1)!
      this.#from = Math.min(end, to)
      if (this.#from === end) this.#ends.pop()
    }
    return this.#texts.slice(from, to)
  }

  /** Until the nearest range is a run. */
  #narrow(): void {
    for (;;) {
      const end = this.#ends.at(-1)!
      if (end - this.#from <= runMax) return
      this.#ends.push(partition(this.#texts, this.#from, end))
    }
  }
}

/** Puts lesser ones before greater ones. @returns where the greater ones begin: never at either end. */
function partition(texts: string[], from: number, end: number): number {
  const pivot = medianOf(texts[from]!, texts[(from + end) >>> 1]!, texts[end - 1]!)
  let low = from
  let high = end - 1
  for (;;) {
    while (texts[low]! < pivot) low++
    while (pivot < texts[high]!) high--
    if (low >= high) return low
    const text = texts[low]!
    texts[low++] = texts[high]!
    texts[high--] = text
  }
}

function medianOf(one: string, two: string, three: string): string {
  if (one < two) {
    if (two < three) return two
    return one < three ? three : one
  }
  if (one < three) return one
  return two < three ? three : two
}
