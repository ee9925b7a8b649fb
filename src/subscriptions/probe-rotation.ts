/**
 * The probes of an open breaker, as they go round the lanes of a handler.
 *
 * Whose turn it is to try a single event, and what its answer means for the breaker. When to probe is the
 * breaker's; the lane that is asked delivers.
 */

import type { Breaker } from './breaker.js'
import type { HandlerLane } from './handler-lane.js'

export interface ProbePorts {
  readonly breaker: Breaker
  /** Whether the handler may deliver at all. */
  readonly isPaused: () => boolean
  /** Whether keys wait to be tried again later: they would fail as soon as the breaker closed. */
  readonly hasRetries: () => boolean
}

export class ProbeRotation {
  readonly #ports: ProbePorts
  readonly #lanes: readonly HandlerLane[]
  #next = 0
  /** Lanes in a row that had nothing to probe with. */
  #withNothing = 0

  constructor(ports: ProbePorts, lanes: readonly HandlerLane[]) {
    this.#ports = ports
    this.#lanes = lanes
  }

  /** Asks the lane whose turn it is. */
  probe(): void {
    if (this.#ports.isPaused()) this.#ports.breaker.probed(false)
    else this.#lanes[this.#next % this.#lanes.length]!.post({ type: 'mode', mode: 'probe' })
  }

  /** The lane that was asked has answered. */
  answered(outcome: 'succeeded' | 'failed' | 'nothing'): void {
    const { breaker, hasRetries } = this.#ports
    if (!breaker.isOpen) return
    this.#next += 1
    this.#withNothing = outcome === 'nothing' ? this.#withNothing + 1 : 0
    if (outcome !== 'nothing') breaker.probed(outcome === 'succeeded')
    else if (this.#withNothing % this.#lanes.length > 0) this.probe()
    else breaker.probed(!hasRetries())
  }
}
