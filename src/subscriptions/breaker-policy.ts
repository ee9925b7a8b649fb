/**
 * When a handler as a whole is broken, and not some of its events.
 *
 * An outage must not park the world: when most keys fail at their first delivery, the handler pauses
 * and probes. Retries and redrives do not count, so a few poison keys that fail again and again never
 * open it. Pure state; the pump feeds it, the subscription acts on it. Runs per event.
 *
 * Invariants:
 *   - it opens only when at least `failuresMin` different keys failed among the last `windowKeys`;
 *   - and when they are at least half of them.
 */

export const windowKeys = 40
export const failuresMin = 10

export class BreakerWindow {
  /** Oldest first; one entry per key. */
  #keys: string[] = []
  #failed = new Set<string>()
  #successes = 0

  /** A key was handled at its first delivery. Cheap while nothing fails. */
  succeeded(key: string): void {
    if (this.#failed.size === 0) return
    if (this.#failed.has(key)) return
    this.#successes += 1
    this.#shrink(key)
  }

  /** A key failed at its first delivery. @returns whether the breaker is to open. */
  failed(key: string): boolean {
    if (!this.#failed.has(key)) {
      this.#failed.add(key)
      this.#shrink(key)
    }
    return this.#failed.size >= failuresMin && this.#failed.size >= this.#successes
  }

  reset(): void {
    this.#keys = []
    this.#failed.clear()
    this.#successes = 0
  }

  #shrink(newest: string): void {
    this.#keys.push(newest)
    if (this.#keys.length <= windowKeys) return
    const oldest = this.#keys.shift()!
    if (!this.#failed.delete(oldest)) this.#successes -= 1
  }
}

/** How long an open breaker waits before the nth probe, n from 1. Milliseconds. */
export function probeDelayMs(probe: number): number {
  return Math.min(250 * 2 ** Math.min(probe - 1, 10), 30_000)
}
