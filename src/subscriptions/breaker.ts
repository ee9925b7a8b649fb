/**
 * The breaker of one handler, as its host works it: when to hold, when to feel again.
 *
 * Pumps notice that most keys fail (`breaker-policy.ts`); the breaker holds every lane, lets one of them
 * try a single event after a growing pause, and opens the way again when that succeeds. Closed at start:
 * it is not remembered across restarts.
 *
 * States: closed -> open (probing now and then) -> closed.
 */

import type { Cancel, Clock } from '../base/clock.js'
import { publish } from '../telemetry/channels.js'
import { probeDelayMs } from './breaker-policy.js'

export class Breaker {
  readonly #handler: string
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #probe: () => void
  #probes = 0
  #cancel: Cancel = () => {}

  /** @param probe - Tries one event; the answer comes by {@link Breaker.probed}. */
  constructor(handler: string, clock: Clock, onChange: () => void, probe: () => void) {
    this.#handler = handler
    this.#clock = clock
    this.#onChange = onChange
    this.#probe = probe
  }

  get isOpen(): boolean {
    return this.#probes > 0
  }

  open(): void {
    if (this.isOpen) return
    this.#schedule()
    publish('breaker', () => ({ handler: this.#handler, state: 'open' }))
    this.#onChange()
  }

  probed(succeeded: boolean): void {
    if (!this.isOpen) return
    if (!succeeded) {
      this.#schedule()
      return
    }
    this.#probes = 0
    publish('breaker', () => ({ handler: this.#handler, state: 'closed' }))
    this.#onChange()
  }

  stop(): void {
    this.#cancel()
  }

  #schedule(): void {
    this.#probes += 1
    this.#cancel()
    this.#cancel = this.#clock.schedule(probeDelayMs(this.#probes), this.#probe)
  }
}
