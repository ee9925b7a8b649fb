/**
 * The world that sagas call: it lives beside the disk, and remembers every call through all crashes.
 */

import type { CallContext } from '../../src/define/saga/steps.js'

/** One call that came in. */
export interface OutsideCall {
  readonly sagaId: string
  readonly step: string
  readonly attempt: number
  readonly key: string
}

export class LastingWorld {
  calls: OutsideCall[] = []
  /** Whether somebody has mended what was broken. */
  isMended = false

  /** Forgets everything: what comes now belongs to another disk. */
  reset(): void {
    this.calls = []
    this.isMended = false
  }

  /**
   * Takes a call in, and answers with how often the step was tried.
   *
   * @param failures - So many first attempts of the step fail.
   */
  async act(context: CallContext<unknown>, failures = 0): Promise<number> {
    this.#note(context)
    await Promise.resolve()
    if (context.attempt <= failures) throw new Error(`attempt ${context.attempt} fails`)
    return context.attempt
  }

  /** Takes a call in, and fails once nobody waits for it any more. */
  async hang(context: CallContext<unknown>): Promise<never> {
    this.#note(context)
    const { signal } = context
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    throw signal.reason
  }

  #note({ sagaId, step, attempt, idempotencyKey }: CallContext<unknown>): void {
    this.calls.push({ sagaId, step, attempt, key: idempotencyKey })
  }
}
