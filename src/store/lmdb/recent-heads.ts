/**
 * The heads of streams that are not in their table yet, and which of them go there with the next group.
 *
 * A stream that is written a thousand times a second needs its head in the table once in a while, not a
 * thousand times a second. So a group writes the heads of its streams as one value, its entry, and takes
 * along a few heads of earlier groups: those next in the order of their ids, because neighbours share a
 * page. Sweep follows sweep, from the first id to the last; at its end all that was there at its beginning
 * is in the table, and the entries of that time go, a few with each group.
 *
 * Invariants:
 *   - a head is in the table, or in an entry that is newer than the table;
 *   - entries are those of the newest groups, without a gap; what the first of them says is in the table;
 *   - a sweep takes no more than `sweepGroups` groups, nor groups of more than `sweepHeads` heads.
 */

import type { Position } from '../../events/event.js'
import type { ChainHead } from '../log-storage.js'
import { RoughOrder } from './rough-order.js'

/** How many heads groups write during a sweep: about as many wait for the table at most. */
const sweepHeads = 65_536
const sweepGroups = 256
/** Of entries that are of no use any more, so many go with a group, which writes one. */
const entriesPerGroup = 4
/** There are more sweeps' entries than this only where processes ended before their sweeps did. */
const sweepsMax = 3

/** What goes to the table with a group, and which entries go. */
export interface Fold {
  /** In the order of their ids, but for neighbours. */
  readonly heads: readonly (readonly [streamId: string, head: ChainHead])[]
  /** By the last positions of their groups. */
  readonly entries: readonly Position[]
}

export class RecentHeads {
  readonly #heads = new Map<string, ChainHead>()
  /** The groups that have entries, by their last positions. */
  readonly #entries: Position[] = []
  /** How many of the entries, from the first, are of no use any more. */
  #spent = 0
  #sweep = new RoughOrder([])
  /** How many ids the sweep began with, and how many of the entries that are there are as old as that. */
  #sweepSize = 0
  #sweepEntries = 0
  /** How many of its ids are to go: with a fraction. */
  #due = 0

  get(streamId: string): ChainHead | undefined {
    return this.#heads.get(streamId)
  }

  /** The last position of the newest group that has an entry; `null`: there is none. */
  get newest(): Position | null {
    return this.#entries.at(-1) ?? null
  }

  /** Takes in the entry of a group, in their order. */
  add(to: Position, heads: ReadonlyMap<string, ChainHead>): void {
    this.#entries.push(to)
    heads.forEach((head, streamId) => {
      this.#heads.set(streamId, head)
    })
  }

  /** What goes with the next group. Once it is asked, that has to land, or nothing here counts any more. */
  next(headsOfGroup: number): Fold {
    if (this.#isOverdue) return this.#everything()
    if (this.#sweep.size === 0) this.#beginSweep()
    this.#due += this.#sweepSize * Math.max(headsOfGroup / sweepHeads, 1 / sweepGroups)
    const streamIds = this.#sweep.take(Math.min(this.#sweep.size, Math.floor(this.#due)))
    this.#due -= streamIds.length
    const entries = this.#entries.slice(0, Math.min(entriesPerGroup, this.#spent))
    return { heads: streamIds.map((streamId) => [streamId, this.#heads.get(streamId)!]), entries }
  }

  /** The heads are in the table, the entries are gone. */
  landed({ heads, entries }: Fold): void {
    for (const [streamId] of heads) this.#heads.delete(streamId)
    this.#entries.splice(0, entries.length)
    this.#spent -= entries.length
    this.#sweepEntries -= entries.length
  }

  get #isOverdue(): boolean {
    return (
      this.#entries.length > sweepsMax * sweepGroups || this.#heads.size > sweepsMax * sweepHeads
    )
  }

  /** All that was there when the last one began is in the table. */
  #beginSweep(): void {
    this.#spent = Math.max(0, this.#sweepEntries - 1)
    this.#sweepEntries = this.#entries.length
    this.#sweep = new RoughOrder([...this.#heads.keys()])
    this.#sweepSize = this.#sweep.size
    this.#due = 0
  }

  #everything(): Fold {
    this.#sweep = new RoughOrder([])
    this.#sweepEntries = this.#entries.length
    this.#spent = this.#entries.length - 1
    return {
      heads: [...this.#heads].sort(([one], [other]) => (one < other ? -1 : 1)),
      entries: this.#entries.slice(0, -1),
    }
  }
}
