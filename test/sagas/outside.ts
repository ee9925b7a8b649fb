/**
 * The world outside of a runtime, as the calls of sagas see it: it notes who called, and when.
 *
 * It acts once per idempotency key, as the services do that such keys are made for.
 */

import type { ManualClock } from '../../src/base/manual-clock.js'
import type { CallContext } from '../../src/define/saga/steps.js'

export interface OutsideCall {
  readonly step: string
  readonly attempt: number
  readonly key: string
  readonly item: unknown
  readonly index: number
  readonly atMs: number
  readonly signal: AbortSignal
}

export class Outside {
  readonly calls: OutsideCall[] = []
  readonly #clock: ManualClock
  readonly #begun = new Map<string, () => void>()

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  /** Notes a call. */
  note({ step, attempt, idempotencyKey: key, item, index, signal }: CallContext<unknown>): void {
    this.calls.push({ step, attempt, key, item, index, atMs: this.#clock.nowMs(), signal })
    this.#begun.get(step)?.()
  }

  /** Resolves when a step calls for the first time. */
  called(step: string): Promise<void> {
    if (this.calls.some((call) => call.step === step)) return Promise.resolve()
    return new Promise((resolve) => {
      this.#begun.set(step, resolve)
    })
  }

  /** Steps and attempts, in order. */
  get attempts(): string[] {
    return this.calls.map(({ step, attempt }) => `${step} ${attempt}`)
  }

  /** Time between one call and the next. Milliseconds. */
  get pausesMs(): number[] {
    return this.calls.slice(1).map(({ atMs }, at) => atMs - this.calls[at]!.atMs)
  }
}

/** Resolves never, and rejects when the signal says so. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
    if (signal.aborted) reject(signal.reason as Error)
  })
}
