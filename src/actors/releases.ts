/**
 * Releases: hands out what rests on durable groups, in order, a slice at each turn of the event loop.
 *
 * A group may hold thousands of outcomes, and whoever is told of one often sends the next command at once.
 * Told all at once, they would keep the thread busy while the disk has nothing to do; a slice at a time, what
 * the first of them lead to is on its way to the disk before the last is told. It knows neither actors nor
 * answers: that is its {@link ReleaseListener}'s. Runs per command.
 *
 * Invariants:
 *   - outcomes leave in the order of the groups, and within a group in the order of its messages;
 *   - a message that joins a group which is being handed out leaves with it, behind the others;
 *   - the first slice leaves inside {@link Releases.add} when nothing is ahead of it.
 */

import type { CommitGroup } from './commit-queue.js'

export interface ReleaseListener {
  /** The outcomes [from, to) of a group are to be handed out. */
  onReleased(group: CommitGroup, from: number, to: number): void
  /** All its outcomes are handed out. */
  onGroupDone(group: CommitGroup): void
}

export class Releases {
  readonly #listener: ReleaseListener
  readonly #messagesPerTurn: number
  /** Those that are not handed out yet, oldest first. */
  readonly #groups: CommitGroup[] = []
  /** How many outcomes of the oldest are. */
  #released = 0

  constructor(messagesPerTurn: number, listener: ReleaseListener) {
    this.#messagesPerTurn = messagesPerTurn
    this.#listener = listener
  }

  /** Hands out what rests on a group that has just become durable. */
  add(group: CommitGroup): void {
    this.#groups.push(group)
    if (this.#groups.length === 1) this.#takeTurn()
  }

  /** Hands out everything now. */
  flush(): void {
    while (this.#groups.length > 0) this.#release(Number.POSITIVE_INFINITY)
  }

  #takeTurn(): void {
    let left = this.#messagesPerTurn
    while (left > 0 && this.#groups.length > 0) left -= this.#release(left)
    if (this.#groups.length > 0) setImmediate(() => this.#takeTurn())
  }

  /** Hands out the next outcomes of the oldest group. @returns how many, at most `most`. */
  #release(most: number): number {
    const group = this.#groups[0]!
    const from = this.#released
    const to = Math.min(group.messages.length, from + most)
    this.#released = to
    this.#listener.onReleased(group, from, to)
    // Some may have joined meanwhile.
    if (to < group.messages.length) return to - from
    this.#groups.shift()
    this.#released = 0
    this.#listener.onGroupDone(group)
    return to - from
  }
}
