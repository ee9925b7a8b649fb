/**
 * Key slots in a file, overwritten in place: slot n begins at byte (n - 1) * 64.
 *
 * Written by the owner of the store only. What is destroyed can be read by no thread once `destroy` has
 * been called, and cannot come back once it has resolved.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { failpoint } from '../../base/failpoint.js'
import { makeDurableDirectory, syncPath } from '../durable-directory.js'
import { StoreUnavailableError } from '../errors.js'
import { writeWhole, writeWholeSync } from '../write-whole.js'
import { encodeSlot, type KeySlots, slotBytes } from './key-slots.js'
import { SlotReader } from './slot-reader.js'

export class SlotFile implements KeySlots {
  readonly #path: string
  readonly #reader: SlotReader
  #file: FileHandle | null = null

  constructor(path: string) {
    this.#path = path
    this.#reader = new SlotReader(path)
  }

  keyAt(slot: number): Uint8Array | null {
    return this.#reader.keyAt(slot)
  }

  async write(first: number, keys: readonly Uint8Array[]): Promise<void> {
    const file = await this.#open()
    const bytes = Buffer.concat(keys.map((key, at) => encodeSlot(first + at, key)))
    await writeWhole(file, bytes, (first - 1) * slotBytes)
    await file.datasync()
    bytes.fill(0)
  }

  async destroy(slots: readonly number[]): Promise<void> {
    const file = await this.#open()
    for (const slot of slots) {
      writeWholeSync(file.fd, encodeSlot(slot, null), (slot - 1) * slotBytes)
    }
    failpoint('forget.overwritten')
    await file.datasync()
  }

  async close(): Promise<void> {
    this.#reader.close()
    const file = this.#file
    this.#file = null
    await file?.close()
  }

  async #open(): Promise<FileHandle> {
    if (this.#file !== null) return this.#file
    const directory = dirname(this.#path)
    try {
      await makeDurableDirectory(directory)
      this.#file = await openOrCreate(this.#path, directory)
      return this.#file
    } catch (cause) {
      throw new StoreUnavailableError(directory, (cause as Error).message, { cause })
    }
  }
}

/** Keys are for the owner's eyes. A new file survives a power cut once its directory was flushed. */
async function openOrCreate(path: string, directory: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const file = await open(path, 'wx+', 0o600)
  await syncPath(directory)
  return file
}
