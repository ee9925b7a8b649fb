/**
 * The idle actors, longest idle first: a list threaded through the actors themselves.
 *
 * Adding and removing take constant time and allocate nothing. An actor is here exactly while it has
 * nothing to do and may be let go; when and which is `passivation.ts`. Runs per command.
 */

import assert from 'node:assert/strict'

/** What an entry of the list carries for it. */
export interface IdleEntry<Self> {
  /** Whether it is in the list. */
  isIdle: boolean
  /** When it was added, by the clock's `elapsedMs`. */
  idleSinceMs: number
  idleBefore: Self | null
  idleAfter: Self | null
}

export class IdleList<Entry extends IdleEntry<Entry>> {
  #longest: Entry | null = null
  #shortest: Entry | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The entry that has been idle for longest. */
  get longest(): Entry | null {
    return this.#longest
  }

  /** The entry that was added last. */
  get shortest(): Entry | null {
    return this.#shortest
  }

  add(entry: Entry, nowMs: number): void {
    assert(!entry.isIdle)
    entry.isIdle = true
    entry.idleSinceMs = nowMs
    entry.idleBefore = this.#shortest
    entry.idleAfter = null
    if (this.#shortest === null) this.#longest = entry
    else this.#shortest.idleAfter = entry
    this.#shortest = entry
    this.#size++
  }

  remove(entry: Entry): void {
    assert(entry.isIdle)
    const { idleBefore, idleAfter } = entry
    if (idleBefore === null) this.#longest = idleAfter
    else idleBefore.idleAfter = idleAfter
    if (idleAfter === null) this.#shortest = idleBefore
    else idleAfter.idleBefore = idleBefore
    entry.isIdle = false
    entry.idleBefore = null
    entry.idleAfter = null
    this.#size--
  }
}
