/**
 * What checking a data directory found, and collecting it.
 *
 * Plain data and one collector. Who looks, and at what, is `lmdb/verify/` and `runtime/verify-store.ts`.
 *
 * Invariants:
 *   - findings are kept in the order in which they were made, at most `findingsMax` of them; the rest is counted;
 *   - positions that cannot be read are known as ranges, so that whoever rests on one of them is not blamed too.
 */

import type { Position } from '../events/event.js'

/**
 * What is wrong, by where it is. `lmdb`: the database itself cannot be read there; `meta`; `shape`; `segment`: bytes that
 * records lie in; `gap`: positions without a record; `record`; `order`: times that go back, or keys out of order; `chain`: an
 * event whose stream does not lead to it; `head`: where a stream, or the log, ends; `group`: an entry of heads; `snapshot`;
 * `tag`; `claim`; `key`: the keys of sealed fields; `work`: bookkeeping of handlers, views and timers; `view`: rows of a view.
 */
export type StoreFindingKind =
  | 'lmdb'
  | 'meta'
  | 'shape'
  | 'segment'
  | 'gap'
  | 'record'
  | 'order'
  | 'chain'
  | 'head'
  | 'group'
  | 'snapshot'
  | 'tag'
  | 'claim'
  | 'key'
  | 'work'
  | 'view'

/** One thing that is wrong. */
export interface StoreFinding {
  readonly kind: StoreFindingKind
  /** The event concerned, where there is one. */
  readonly position?: Position
  /** The stream concerned, where it is known. */
  readonly streamId?: string
  /** The key in its table: in hexadecimal where it is no text. */
  readonly key?: string
  /** What was expected and what was found. */
  readonly message: string
}

/** Where in its table, or log, a finding is. */
export type FindingPlace = Pick<StoreFinding, 'position' | 'streamId' | 'key'>

export class Findings {
  readonly kept: StoreFinding[] = []
  /** How many were made, those that are not kept included. */
  count = 0
  readonly #findingsMax: number
  /** Ranges of positions that cannot be read, in order, both ends included. */
  readonly #unreadable: [from: Position, to: Position][] = []

  constructor(findingsMax: number) {
    this.#findingsMax = findingsMax
  }

  add(kind: StoreFindingKind, place: FindingPlace, message: string): void {
    this.count++
    if (this.kept.length < this.#findingsMax)
      this.kept.push(Object.freeze({ kind, ...place, message }))
  }

  /** Notes positions of which nothing is known, in the order of the log. */
  noteUnreadable(from: Position, to: Position): void {
    const last = this.#unreadable.at(-1)
    if (last !== undefined && last[1] + 1 >= from) last[1] = Math.max(last[1], to)
    else this.#unreadable.push([from, to])
  }

  /** Whether nothing is known of that position. */
  isUnreadable(position: Position): boolean {
    let low = 0
    let high = this.#unreadable.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const [from, to] = this.#unreadable[middle]!
      if (position < from) high = middle
      else if (position > to) low = middle + 1
      else return true
    }
    return false
  }
}

/** How far a check is. */
export interface VerifyProgress {
  /** What is being looked at: the pages of all files, then the log, then what comes after it. */
  readonly step:
    | 'pages'
    | 'log'
    | 'heads'
    | 'snapshots'
    | 'tags'
    | 'claims'
    | 'keys'
    | 'work'
    | 'views'
  /** Positions that were looked at; of `pages`: pages of the file that it is at. */
  readonly positions: number
  /** Positions that there are; of `pages`: pages that the file has. */
  readonly head: Position
}

/** What a check is told on the way, and what it tells. */
export interface VerifyFlow {
  /** Lets others run, tells how far it is. Throws the signal's reason when it was aborted. */
  pause(step: VerifyProgress['step'], positions: number, head: Position): Promise<void>
}

/** What a check of the log has counted. */
export interface LogCounts {
  readonly storeId: string
  readonly epoch: number
  /** The last position of the log. */
  readonly head: Position
  /** Records that could be read, tombstones included. */
  readonly events: number
  readonly segments: number
  readonly shapes: number
  readonly streams: number
  readonly snapshots: number
  readonly tags: number
  readonly claims: number
  /** People whose keys are kept, forgotten ones included. */
  readonly subjects: number
}
