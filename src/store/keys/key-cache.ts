/**
 * The keys that were used last: a bounded memory, for sealing only.
 *
 * The entry that was inserted first goes first. A key that is dropped on purpose is overwritten in memory,
 * so it is used at once and never kept. Runs per event with personal fields.
 */

import type { SlotKey } from './unwritten.js'

export class KeyCache {
  readonly #entriesMax: number
  /** By subject. */
  readonly #keys = new Map<string, SlotKey>()

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get(subjectId: string): SlotKey | undefined {
    return this.#keys.get(subjectId)
  }

  set(subjectId: string, key: SlotKey): void {
    this.#keys.set(subjectId, key)
    if (this.#keys.size <= this.#entriesMax) return
    for (const oldest of this.#keys.keys()) {
      // Not overwritten: it may be sealing this very event.
      this.#keys.delete(oldest)
      return
    }
  }

  drop(subjectId: string): void {
    this.#keys.get(subjectId)?.key.fill(0)
    this.#keys.delete(subjectId)
  }

  clear(): void {
    for (const subjectId of [...this.#keys.keys()]) this.drop(subjectId)
  }
}
