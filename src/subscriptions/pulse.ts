/**
 * The pulse of a pump: whether its thread still gets round to it, asked now and then by the host.
 *
 * A thread can be lost with no event in flight: by what a handler left behind when it returned. This decides when
 * to ask and when to give up; the lane posts the questions, says when it has heard anything, and ends the thread.
 *
 * Invariants:
 *   - nobody is asked who was heard of recently, or has not said anything yet: its thread may be loading the app;
 *   - silence is counted in looks, so a host that stood still itself takes nobody for dead.
 */

import type { HandlerDefinition } from '../define/handler.js'
import type { AnyProjector } from '../define/projector.js'
import { hungAfterMs } from './delivery.js'
import { eventMsMax } from './project-turn.js'

/** A pump that was not heard of for so long is asked. Milliseconds. */
const askAfterMs = 2_000

/** How long one event may keep a thread from everything else, whosever it is. */
export function silentMsOf(
  handlers: readonly HandlerDefinition[],
  projectors: readonly AnyProjector[],
): number {
  const onWorkers = handlers.filter(({ runsOn }) => runsOn === 'worker')
  const limits = onWorkers.map(({ timeoutMs }) => hungAfterMs(timeoutMs))
  return Math.max(0, ...limits, ...projectors.map(() => hungAfterMs(eventMsMax)))
}

/** What is to be done at a look. */
export type PulseFinding = 'wait' | 'ask' | 'dead'

/** Heard, then asked, then heard again or dead. While an event is in flight nothing is asked. */
export class Pulse {
  readonly #looksMax: number
  #heardMs: number | null = null
  /** Looks since it was asked; `null`: it was not. */
  #looks: number | null = null

  /**
   * @param silentMs - How long a thread may be busy with what is no fault of its own.
   * @param lookEveryMs - How often the host looks.
   */
  constructor(silentMs: number, lookEveryMs: number) {
    this.#looksMax = Math.ceil(silentMs / lookEveryMs)
  }

  /** The pump has said something. */
  heard(elapsedMs: number): void {
    this.#heardMs = elapsedMs
    this.#looks = null
  }

  /** @param isBusy - Whether an event is in flight: then its time limit decides. */
  look(elapsedMs: number, isBusy: boolean): PulseFinding {
    if (isBusy || this.#heardMs === null) {
      this.#looks = null
      return 'wait'
    }
    if (this.#looks !== null) {
      this.#looks += 1
      return this.#looks > this.#looksMax ? 'dead' : 'wait'
    }
    if (elapsedMs - this.#heardMs < askAfterMs) return 'wait'
    this.#looks = 0
    return 'ask'
  }
}
