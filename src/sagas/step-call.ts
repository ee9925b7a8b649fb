/**
 * One call to the outside: made, timed, and its outcome as data.
 *
 * Whatever the user's function throws becomes an answer. Past `timeoutMs` its signal aborts, and
 * `abandonAfterMs` later it counts as failed even if it never settles. What it returns is looked at only
 * where something is made of it.
 */

import type { Clock } from '../base/clock.js'
import { createDeferred } from '../base/deferred.js'
import { DramatisError } from '../base/errors.js'
import type { StepAction } from '../define/saga/steps.js'
import { copyValue } from '../events/values.js'
import { abandonAfterMs, failureOf } from '../subscriptions/delivery.js'
import type { DeliveryFailure } from '../subscriptions/retry-policy.js'
import { recordedErrorOf } from './recorded-error.js'

/** A call took longer than its step allows. It is tried again, or counts as failed. */
export class SagaCallTimeoutError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_CALL_TIMEOUT'
  readonly step: string
  readonly timeoutMs: number

  constructor(step: string, timeoutMs: number) {
    super(
      `Expected the call of step ${step} to settle within ${timeoutMs} ms, found it still open. ` +
        'Have it obey its signal, or raise timeoutMs.',
    )
    this.step = step
    this.timeoutMs = timeoutMs
  }
}

/** How a call ended. */
export interface CallOutcome {
  readonly failure: DeliveryFailure | null
  readonly value: unknown
  /** It answered with what cannot be recorded: calling again would change nothing. */
  readonly isMistake: boolean
}

/**
 * Makes a call.
 *
 * @param controller - Aborted here at the timeout, and by others when nobody wants the answer.
 * @param hasUse - Whether anything is made of what it returns.
 */
export async function makeCall(
  clock: Clock,
  step: string,
  action: Extract<StepAction, { kind: 'call' }>,
  call: () => unknown,
  controller: AbortController,
  hasUse: boolean,
): Promise<CallOutcome> {
  const given = createDeferred<CallOutcome>()
  const { timeoutMs } = action
  let cancel = clock.schedule(timeoutMs, () => {
    const timeout = new SagaCallTimeoutError(step, timeoutMs)
    controller.abort(timeout)
    cancel = clock.schedule(abandonAfterMs, () => given.resolve(failed(timeout)))
  })
  const answered = settled(step, call, hasUse).then((outcome) => {
    const { reason } = controller.signal
    // What an aborted call says is about the abort.
    const isTimeout = outcome.failure !== null && reason instanceof SagaCallTimeoutError
    return isTimeout ? failed(reason) : outcome
  })
  try {
    return await Promise.race([answered, given.promise])
  } finally {
    cancel()
  }
}

async function settled(step: string, call: () => unknown, hasUse: boolean): Promise<CallOutcome> {
  let value: unknown
  try {
    value = await call()
  } catch (error) {
    return failed(error)
  }
  try {
    const answer = hasUse ? copyValue(value ?? null, `answer of step ${step}`) : null
    return { failure: null, value: answer, isMistake: false }
  } catch (error) {
    return { ...failed(error), isMistake: true }
  }
}

function failed(thrown: unknown): CallOutcome {
  const { terminal, retryAfterMs } = failureOf(thrown)
  const failure = { error: recordedErrorOf(thrown), terminal, retryAfterMs }
  return { failure, value: null, isMistake: false }
}
