/**
 * The heads of the streams that were written last: a bounded memory of what is durable.
 *
 * The entry that was inserted first goes first. Whoever misses one here reads it from storage. Runs
 * per command.
 */

import type { ChainHead } from './log-storage.js'

export class HeadCache {
  readonly #entriesMax: number
  readonly #heads = new Map<string, ChainHead>()

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get size(): number {
    return this.#heads.size
  }

  get(streamId: string): ChainHead | undefined {
    return this.#heads.get(streamId)
  }

  set(streamId: string, head: ChainHead): void {
    this.#heads.set(streamId, head)
    if (this.#heads.size <= this.#entriesMax) return
    for (const oldest of this.#heads.keys()) {
      this.#heads.delete(oldest)
      return
    }
  }
}
