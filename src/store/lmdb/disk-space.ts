/**
 * The guard against a full disk: writes stop while there is still room to stop safely.
 *
 * It answers from the last figure it has and asks for a new one in the background, at most once a
 * second, so no write ever waits for it. When there is room again, writes go on by themselves.
 */

import { statfs } from 'node:fs/promises'
import type { Clock } from '../../base/clock.js'
import type { DiskRoom } from '../contracts.js'
import { DiskFullError } from '../errors.js'

const refreshMs = 1_000

export interface DiskSpaceOptions {
  readonly clock: Clock
  /** Bytes; 0 turns the guard off. */
  readonly freeBytesMin: number
  readonly readFreeBytes: (() => Promise<number>) | undefined
}

export class DiskSpace {
  readonly #dataDir: string
  readonly #clock: Clock
  readonly #freeBytesMin: number
  readonly #readFreeBytes: () => Promise<number>
  #freeBytes = Number.POSITIVE_INFINITY
  #askedMs = Number.NEGATIVE_INFINITY
  #asking = false

  constructor(dataDir: string, options: DiskSpaceOptions) {
    this.#dataDir = dataDir
    this.#clock = options.clock
    this.#freeBytesMin = options.freeBytesMin
    this.#readFreeBytes = options.readFreeBytes ?? (() => freeBytesUnder(dataDir))
  }

  /** @throws {DiskFullError} DRAMATIS_DISK_FULL */
  assertRoom(): void {
    if (this.#freeBytesMin === 0) return
    if (!this.#asking && this.#clock.elapsedMs() - this.#askedMs >= refreshMs) void this.refresh()
    if (this.#freeBytes >= this.#freeBytesMin) return
    throw new DiskFullError(this.#dataDir, this.#freeBytes, this.#freeBytesMin)
  }

  /** What there is now. `null`: it is not looked at, or cannot be known. */
  async readRoom(): Promise<DiskRoom | null> {
    if (this.#freeBytesMin === 0) return null
    await this.refresh()
    const freeBytes = this.#freeBytes
    return Number.isFinite(freeBytes) ? { freeBytes, freeBytesMin: this.#freeBytesMin } : null
  }

  /** Asks now. A figure that cannot be had leaves the last one in force. */
  async refresh(): Promise<void> {
    this.#asking = true
    this.#askedMs = this.#clock.elapsedMs()
    try {
      this.#freeBytes = await this.#readFreeBytes()
    } catch {
      // The commit itself will tell whether the disk takes it.
    } finally {
      this.#asking = false
    }
  }
}

async function freeBytesUnder(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}
