/** Key slots in memory, for the store that keeps nothing. */

import { DamagedKeyError } from '../errors.js'
import type { KeySlots } from './key-slots.js'

export class MemorySlots implements KeySlots {
  readonly #keys = new Map<number, Uint8Array | null>()

  keyAt(slot: number): Uint8Array | null {
    const key = this.#keys.get(slot)
    if (key === undefined) throw new DamagedKeyError(slot, 'none')
    return key
  }

  async write(first: number, keys: readonly Uint8Array[]): Promise<void> {
    for (let at = 0; at < keys.length; at++) this.#keys.set(first + at, Buffer.from(keys[at]!))
  }

  async destroy(slots: readonly number[]): Promise<void> {
    for (const slot of slots) {
      this.#keys.get(slot)?.fill(0)
      this.#keys.set(slot, null)
    }
  }

  async close(): Promise<void> {
    await this.destroy([...this.#keys.keys()])
  }
}
