/**
 * Which actors are still to be read back, and who waits until none is.
 */

import { createDeferred, type Deferred } from '../base/deferred.js'
import type { Actor } from './actor.js'

export class Rereading {
  readonly #actors = new Set<Actor>()
  #over: Deferred | null = null

  add(actor: Actor): void {
    this.#actors.add(actor)
  }

  /** It was read back, could not be, or is gone. */
  remove(actor: Actor): void {
    if (!this.#actors.delete(actor) || this.#actors.size > 0) return
    this.#over?.resolve()
    this.#over = null
  }

  async over(): Promise<void> {
    if (this.#actors.size === 0) return
    this.#over ??= createDeferred()
    await this.#over.promise
  }
}
