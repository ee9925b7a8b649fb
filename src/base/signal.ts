/**
 * A signal: one waiter, woken by any number of notices.
 *
 * A notice that comes while nobody waits is remembered, so a loop of "work, then wait" misses none.
 */

export class Signal {
  #noticed = false
  #wake: (() => void) | null = null

  notify(): void {
    this.#noticed = true
    this.#wake?.()
    this.#wake = null
  }

  /** Resolves at the next notice, or at once when there was one since the last wait. */
  async wait(): Promise<void> {
    if (!this.#noticed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#noticed = false
  }
}

/** Lets everything else that is due on this thread run first. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
