/**
 * Callers that wait until a subscription has come somewhere.
 *
 * Woken by progress, not by polling. Owns their deadlines; what they wait for is their goal's to say.
 */

import type { Cancel, Clock } from '../base/clock.js'
import { ClosedError } from '../base/closed-error.js'

/** What a caller waits for. */
export interface Goal {
  /** Whether it is reached. An error: as things stand, it will not be. */
  readonly look: () => boolean | Error
  /** What the caller is told when it was not reached in time. */
  readonly timedOut: (timeoutMs: number) => Error
  /** What the caller is told when its own signal aborted. */
  readonly aborted: (cause: unknown) => Error
}

/** How long a caller waits. */
export interface Patience {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

interface Waiter {
  readonly goal: Goal
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

export class Waiters {
  readonly #clock: Clock
  #waiters: Waiter[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Resolves once the goal is reached.
   *
   * @throws what the goal says
   * @throws {ClosedError} DRAMATIS_CLOSED when the runtime closes meanwhile
   */
  async wait(goal: Goal, { timeoutMs, signal }: Patience): Promise<void> {
    const reached = goal.look()
    if (reached === true) return
    if (reached instanceof Error) throw reached
    if (signal?.aborted === true) throw goal.aborted(signal.reason)
    await new Promise<void>((resolve, reject) => {
      const giveUp = (reason: Error): void => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter)
        waiter.reject(reason)
      }
      const onAbort = (): void => giveUp(goal.aborted(signal?.reason))
      const cancel = this.#clock.schedule(timeoutMs, () => giveUp(goal.timedOut(timeoutMs)))
      signal?.addEventListener('abort', onAbort)
      const free: Cancel = () => {
        cancel()
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        goal,
        resolve: () => {
          free()
          resolve()
        },
        reject: (reason) => {
          free()
          reject(reason)
        },
      }
      this.#waiters.push(waiter)
    })
  }

  /** Something has moved. */
  notify(): void {
    if (this.#waiters.length === 0) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) {
      const reached = waiter.goal.look()
      if (reached === true) waiter.resolve()
      else if (reached === false) this.#waiters.push(waiter)
      else waiter.reject(reached)
    }
  }

  /** Nothing will move any more. */
  close(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(new ClosedError('the runtime'))
  }
}
