/**
 * Turns: who may decide over a tag.
 *
 * Decisions that share a tag take turns, in the order in which they asked, so that they do not find each
 * other's events again and again. A turn ends when the decision is staged, not when it is durable. This
 * saves work only: whether anything came in between is checked when events are staged.
 *
 * Invariant: turns for several tags are asked for in one step, so nobody waits in a circle.
 */

import { createDeferred } from '../base/deferred.js'

export class TagTurns {
  /** Of each tag, when the last turn that was asked for ends. */
  readonly #last = new Map<string, Promise<void>>()

  /** Resolves when it is the caller's turn, with what ends it. Ending it twice does no harm. */
  async take(tags: readonly string[]): Promise<() => void> {
    const { promise, resolve } = createDeferred()
    const before = tags.map((tag) => this.#last.get(tag))
    for (const tag of tags) this.#last.set(tag, promise)
    await Promise.all(before)
    return () => {
      resolve()
      for (const tag of tags) if (this.#last.get(tag) === promise) this.#last.delete(tag)
    }
  }
}
