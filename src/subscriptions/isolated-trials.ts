/**
 * The trials of a handler: suspects that are tried alone, a few at a time.
 *
 * Decides when a suspect may be tried and how many at once; the trial itself is `isolated-delivery.ts`,
 * and which keys are suspects is in the books. Owns the threads' number, not their work.
 *
 * Invariant: a suspect is tried only when its pump has passed it, so that everything before it stands in
 * the key's queue.
 */

import type { Clock } from '../base/clock.js'
import type { HandlerLedger, WaitingKey } from './handler-ledger.js'
import { restartDelayMs } from './retry-policy.js'

export interface TrialPorts {
  readonly ledger: HandlerLedger
  readonly clock: Clock
  /** Delivers the first event of the key alone and writes down how it went. */
  readonly deliver: (waiting: WaitingKey, signal: AbortSignal) => Promise<void>
  /** A trial has ended; with an error when it could not be written down. */
  readonly onEnd: (error: unknown) => void
}

/** Threads that a handler may take at a time. */
const trialsMax = 2
/** Between two looks whether a pump has passed a suspect. Milliseconds. */
const suspectWaitMs = 20

export class IsolatedTrials {
  readonly #ports: TrialPorts
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #stopped = false

  constructor(ports: TrialPorts) {
    this.#ports = ports
  }

  /** Begins to try the suspects among the keys that are due, as far as there is room. */
  begin(due: readonly WaitingKey[]): void {
    for (const waiting of due) {
      if (waiting.blocked.state !== 'isolated') continue
      if (this.#running.size >= trialsMax) return
      waiting.handed = true
      const trial = this.#try(waiting).then((error) => {
        this.#running.delete(trial)
        this.#ports.onEnd(error)
      })
      this.#running.add(trial)
    }
  }

  /** Starts no trial any more. */
  stop(): void {
    this.#stopped = true
  }

  /** Ends the threads of those that are under way: they count as never tried. */
  abort(): void {
    this.#closing.abort()
  }

  /** Resolves when none is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  /** @returns what kept it from being written down; `null`: nothing. */
  async #try(waiting: WaitingKey): Promise<unknown> {
    const { ledger, deliver } = this.#ports
    while (ledger.cursorOf(waiting.partition) < waiting.blocked.position) {
      if (this.#stopped) return null
      await this.#pause(suspectWaitMs)
    }
    try {
      await deliver(waiting, this.#closing.signal)
      return null
    } catch (error) {
      // The key waits as it did, and is tried again.
      await this.#pause(restartDelayMs(1))
      waiting.handed = false
      return error
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#ports.clock.schedule(delayMs, resolve)
    })
  }
}
