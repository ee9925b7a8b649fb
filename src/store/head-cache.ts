/**
 * The heads of the streams that were written last: a bounded memory of what is durable.
 *
 * Two generations: the younger fills up, becomes the older one, and what that held and nobody wrote or asked
 * for since is forgotten at once. Taking the oldest out of one Map would get slower with each: a Map steps over
 * everything that was ever deleted from its front. Whoever misses a head here reads it from storage. Runs per
 * command.
 */

import type { ChainHead } from './log-storage.js'

export class HeadCache {
  readonly #perGeneration: number
  #younger = new Map<string, ChainHead>()
  #older = new Map<string, ChainHead>()

  /** @param entriesMax - Never holds more. At least 2. */
  constructor(entriesMax: number) {
    this.#perGeneration = entriesMax >> 1
  }

  get(streamId: string): ChainHead | undefined {
    const young = this.#younger.get(streamId)
    if (young !== undefined) return young
    const old = this.#older.get(streamId)
    if (old !== undefined) this.set(streamId, old)
    return old
  }

  set(streamId: string, head: ChainHead): void {
    this.#younger.set(streamId, head)
    if (this.#younger.size < this.#perGeneration) return
    this.#older = this.#younger
    this.#younger = new Map()
  }
}
