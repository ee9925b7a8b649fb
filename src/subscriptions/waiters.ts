/**
 * Callers that wait until a subscription has reached a position.
 *
 * Woken by progress, not by polling. Owns their deadlines.
 */

import type { Clock } from '../base/clock.js'
import { ClosedError } from '../base/closed-error.js'
import type { Position } from '../events/event.js'
import { CaughtUpTimeoutError } from './errors.js'

interface Waiter {
  readonly position: Position
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

export class Waiters {
  readonly #subscription: string
  readonly #clock: Clock
  readonly #readPosition: () => Position
  #waiters: Waiter[] = []

  constructor(subscription: string, clock: Clock, readPosition: () => Position) {
    this.#subscription = subscription
    this.#clock = clock
    this.#readPosition = readPosition
  }

  /**
   * Resolves once the position is reached.
   *
   * @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT
   * @throws {ClosedError} DRAMATIS_CLOSED when the runtime closes meanwhile
   */
  wait(position: Position, timeoutMs: number): Promise<void> {
    if (this.#readPosition() >= position) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.schedule(timeoutMs, () => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter)
        const reached = this.#readPosition()
        reject(new CaughtUpTimeoutError(this.#subscription, position, reached, timeoutMs))
      })
      const waiter = {
        position,
        resolve: () => {
          cancel()
          resolve()
        },
        reject: (reason: Error) => {
          cancel()
          reject(reason)
        },
      }
      this.#waiters.push(waiter)
    })
  }

  /** The position may have moved. */
  notify(): void {
    if (this.#waiters.length === 0) return
    const reached = this.#readPosition()
    const [done, still] = [
      this.#waiters.filter((each) => each.position <= reached),
      this.#waiters.filter((each) => each.position > reached),
    ]
    this.#waiters = still
    for (const waiter of done) waiter.resolve()
  }

  /** The position will not move any more. */
  close(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(new ClosedError('the runtime'))
  }
}
