/**
 * Reading keys from the file of slots, on any thread of the process that owns the store.
 *
 * Nothing is kept: a key is read each time it is needed, so that a key which was destroyed opens nothing
 * from then on, on whatever thread. That costs a microsecond (the file is in the system's memory),
 * which opening a seal costs several times over. The file is opened when the first key is asked for.
 */

import { closeSync, openSync, readSync } from 'node:fs'
import type { KeyReader } from '../../events/seal.js'
import { DamagedKeyError } from '../errors.js'
import { decodeSlot, slotBytes } from './key-slots.js'

/** A slot that is being overwritten may be read half; a moment later it is whole. */
const readsMax = 5

export class SlotReader implements KeyReader {
  readonly #path: string
  readonly #bytes = Buffer.alloc(slotBytes)
  #file: number | null = null

  constructor(path: string) {
    this.#path = path
  }

  keyAt(slot: number): Uint8Array | null {
    for (let reads = 1; reads <= readsMax; reads++) {
      this.#read(slot)
      const key = decodeSlot(slot, this.#bytes)
      if (key !== undefined) return key
    }
    throw new DamagedKeyError(slot, 'bytes that are no key of this slot')
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
    this.#bytes.fill(0)
  }

  #read(slot: number): void {
    try {
      this.#file ??= openSync(this.#path, 'r')
      const read = readSync(this.#file, this.#bytes, 0, slotBytes, (slot - 1) * slotBytes)
      if (read < slotBytes) throw new Error('the file ends before it')
    } catch (cause) {
      throw new DamagedKeyError(slot, `none (${(cause as Error).message})`, { cause })
    }
  }
}
