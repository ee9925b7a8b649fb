/**
 * The seam between what is opened on a disk in memory and the moment at which its writes are durable.
 *
 * Content lives in a `MemoryDisk` and outlives whoever has it open; each opening has an access of its
 * own. Every change of content goes through it as a whole, so an access can count changes, hold them
 * back, or let none of them through any more: that is how a simulated disk loses its power. The access
 * here does none of that.
 *
 * Invariants:
 *   - a change takes effect whole or not at all, in the order in which changes become durable;
 *   - what was read through an access that serves no more was read before.
 */

import type { MemoryDisk } from './memory-disk.js'

export interface DiskAccess {
  /**
   * Makes a change in a later turn, like a disk would: nothing can be read at once by accident.
   *
   * @param what - What is written: `log`, `work`, `views/Totals@1`.
   * @returns Resolves when it is durable; never, where nobody is left to be told.
   */
  write(what: string, change: () => void): Promise<void>
  /**
   * Makes a change at once. What `work` throws is thrown on, and is no write.
   *
   * @param rollBack - Takes back all that `work` did, where it must not become durable.
   */
  transact<T>(what: string, work: () => T, rollBack: () => void): T
  /** Throws where nothing can be read any more. */
  assertReadable(): void
  /** The event store that was opened with it is closed. */
  release(): void
}

/** The access to a disk that nobody else has: whatever is written is durable in the next microtask. */
export function privateAccess(disk: MemoryDisk): DiskAccess {
  return {
    write: async (_what, change) => {
      await Promise.resolve()
      change()
    },
    transact: (_what, work) => work(),
    assertReadable: () => {},
    release: () => disk.wipe(),
  }
}
