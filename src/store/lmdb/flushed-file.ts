/**
 * A file that is flushed before anything is written that rests on what is in it.
 *
 * With durability `commit` a power cut may undo the newest commits of the log. Rows and books beside it are
 * flushed, so they would outlive the events that they were made of, and take others for them later. So
 * whoever writes such rows flushes the log first: what is beside it never knows more than it does.
 *
 * Invariant: flushes end in the order in which they were asked for.
 */

import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { CommitUnknownError } from '../errors.js'

const flushDescriptor = promisify(fdatasync)

export class FlushedFile {
  readonly #path: string
  #descriptor: number | null = null
  #last: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** Everything that was in the file when it was called is durable when it resolves. */
  flush(): Promise<void> {
    const flushed = this.#last.then(async () => {
      try {
        await flushDescriptor(this.#open())
      } catch (cause) {
        throw this.#failed(cause)
      }
    })
    this.#last = flushed.catch(() => {})
    return flushed
  }

  /** The same, on this thread. */
  flushSync(): void {
    try {
      fdatasyncSync(this.#open())
    } catch (cause) {
      throw this.#failed(cause)
    }
  }

  async close(): Promise<void> {
    await this.#last
    if (this.#descriptor !== null) closeSync(this.#descriptor)
    this.#descriptor = null
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#path, 'r')
    return this.#descriptor
  }

  #failed(cause: unknown): CommitUnknownError {
    return new CommitUnknownError(`${this.#path} could not be flushed`, { cause })
  }
}
