/**
 * Who reads a database at the moment, as far as it concerns the pages that they keep from being used again.
 */

/** Pages that a reader sees are kept for it, whatever was committed since: the file grows meanwhile. */
export interface OldestReader {
  /** The process that reads. */
  readonly pid: number
  /** The newest transaction that it sees. */
  readonly transaction: number
  /** Transactions committed since. */
  readonly behind: number
}

export interface Readers {
  /** Threads that have read and may read on, those of other processes too. */
  readonly slots: number
  /** `null`: nobody is reading. */
  readonly oldest: OldestReader | null
}
