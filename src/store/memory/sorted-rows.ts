/**
 * What one table in memory holds: a sorted array of keys and a map from key to value, both as bytes.
 *
 * Keys are held as Latin-1 text of their bytes, which sorts as the bytes do. Inserting moves the keys
 * behind, which a machine does at memory speed: meant for up to some 100,000 rows.
 */

export class SortedRows {
  readonly #keys: string[] = []
  readonly #values = new Map<string, Buffer>()

  get size(): number {
    return this.#keys.length
  }

  get(key: string): Buffer | undefined {
    return this.#values.get(key)
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  /** Keys from `low` on, below `high`, in order. */
  between(low: string, high: string): string[] {
    return this.#keys.slice(lowerBound(this.#keys, low), lowerBound(this.#keys, high))
  }

  /** Sets a value, or removes it. */
  set(key: string, value: Buffer | undefined): void {
    const isKnown = this.#values.has(key)
    if (value === undefined) this.#values.delete(key)
    else this.#values.set(key, value)
    const isKept = value !== undefined
    if (isKnown === isKept) return
    const at = lowerBound(this.#keys, key)
    if (isKept) this.#keys.splice(at, 0, key)
    else this.#keys.splice(at, 1)
  }

  /** Everything, in order. */
  *entries(): Generator<readonly [key: string, value: Buffer]> {
    for (const key of this.#keys) yield [key, this.#values.get(key)!]
  }
}

/** Index of the first key that is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
