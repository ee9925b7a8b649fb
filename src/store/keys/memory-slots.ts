/** Key slots in memory: those of a `MemoryDisk`, which keeps them when they are closed. */

import { DamagedKeyError } from '../errors.js'
import type { DiskAccess } from '../memory/disk-access.js'
import type { KeySlots } from './key-slots.js'

export class MemorySlots implements KeySlots {
  /** By slot; `null`: destroyed. */
  readonly #keys: Map<number, Uint8Array | null>
  readonly #access: DiskAccess

  constructor(keys: Map<number, Uint8Array | null>, access: DiskAccess) {
    this.#keys = keys
    this.#access = access
  }

  keyAt(slot: number): Uint8Array | null {
    this.#access.assertReadable()
    const key = this.#keys.get(slot)
    if (key === undefined) throw new DamagedKeyError(slot, 'none')
    return key
  }

  write(first: number, keys: readonly Uint8Array[]): Promise<void> {
    return this.#access.write('keys', () => {
      for (let at = 0; at < keys.length; at++) this.#keys.set(first + at, Buffer.from(keys[at]!))
    })
  }

  destroy(slots: readonly number[]): Promise<void> {
    return this.#access.write('keys', () => {
      for (const slot of slots) {
        this.#keys.get(slot)?.fill(0)
        this.#keys.set(slot, null)
      }
    })
  }

  async close(): Promise<void> {}
}
