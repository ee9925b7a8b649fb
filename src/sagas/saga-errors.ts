/** The errors of sagas at work. */

import { DramatisError, type ErrorData } from '../base/errors.js'
import type { NotUndone, SagaCause, SagaStatus } from '../define/saga/instance-state.js'

/** The domain says that a step has failed. `reason` is its own, stable code. */
export class SagaStepFailedError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_STEP_FAILED'
  readonly step: string
  readonly reason: string

  constructor(step: string, reason: string, message: string | null) {
    super(message ?? `Expected step ${step} to succeed, found ${reason}.`)
    this.step = step
    this.reason = reason
  }
}

/** A step was given a time, and it is over. */
export class SagaStepTimeoutError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_STEP_TIMEOUT'
  readonly step: string

  constructor(step: string) {
    super(`Expected step ${step} to end within its time, found it still open.`)
    this.step = step
  }
}

/** An operator ended the instance. */
export class SagaCancelledError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_CANCELLED'

  constructor(reason: string) {
    super(`An operator ended it: ${reason}`)
  }
}

/** Which of a user's functions: its name in the definition, and the step it belongs to. */
export interface CodePlace {
  readonly name: string
  readonly step: string | null
}

/** A function of a saga threw, or returned what cannot be used. The instance halts; mend it, then retry. */
export class SagaCodeError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_CODE'
  readonly saga: string
  /** The step whose function it is; `null`: a reaction's. */
  readonly step: string | null

  constructor(saga: string, place: CodePlace, why: string, cause?: unknown) {
    const { name, step } = place
    const at = step === null ? name : `${name} of step ${step}`
    super(`Expected ${at} of saga ${saga} to work, found: ${why}. Mend it, deploy, and retry.`, {
      cause,
    })
    this.saga = saga
    this.step = step
  }
}

/** An instance ended, and something that it had done could not be taken back. */
export class SagaFailedError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_FAILED'
  readonly saga: string
  readonly sagaId: string
  /** The step that failed; `null`: a reaction said so. */
  readonly step: string | null
  /** What could not be taken back, and why. */
  readonly notUndone: readonly NotUndone[]

  constructor(saga: string, sagaId: string, cause: SagaCause, notUndone: readonly NotUndone[]) {
    const left = notUndone.map(({ step }) => step).join(', ')
    super(
      `Expected ${saga} ${sagaId} to complete, found it failed at ${cause.step ?? 'a reaction'}: ` +
        `${asSentence(cause.error.message)}${left === '' ? '' : ` Not taken back: ${left}.`}`,
      { cause: cause.error },
    )
    this.saga = saga
    this.sagaId = sagaId
    this.step = cause.step
    this.notUndone = notUndone
  }
}

/** There is no such instance. */
export class SagaNotFoundError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_NOT_FOUND'
  readonly saga: string
  readonly sagaId: string

  constructor(saga: string, sagaId: string) {
    super(`Expected an instance ${sagaId} of saga ${saga}, found none. No event has started it.`)
    this.saga = saga
    this.sagaId = sagaId
  }
}

/** An instance is not in a state in which this can be done. Nothing was done. */
export class SagaStateError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_STATE'
  readonly saga: string
  readonly sagaId: string
  readonly status: SagaStatus

  constructor(saga: string, sagaId: string, status: SagaStatus, expected: string, found: string) {
    super(`Expected ${saga} ${sagaId} to ${expected}, found ${found}. Nothing was done.`)
    this.saga = saga
    this.sagaId = sagaId
    this.status = status
  }
}

/** An instance waits for an operator; what comes meanwhile has to wait too. */
export class SagaHaltedError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_HALTED'
  readonly saga: string
  readonly sagaId: string
  readonly step: string | null

  constructor(saga: string, sagaId: string, step: string | null, cause: ErrorData) {
    super(
      `Expected ${saga} ${sagaId} to go on, found it halted at ${step ?? 'a reaction'}: ` +
        `${asSentence(cause.message)} Redrive it, or retry, skip or cancel it with runtime.saga(...).`,
      { cause },
    )
    this.saga = saga
    this.sagaId = sagaId
    this.step = step
  }
}

/** An event belongs to no instance that takes it, and the saga does not let such events pass. */
export class SagaUnmatchedError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_UNMATCHED'
  readonly saga: string
  readonly sagaId: string

  constructor(saga: string, sagaId: string, event: string, why: string) {
    super(`Expected an instance ${sagaId} of saga ${saga} that takes ${event}, found ${why}.`)
    this.saga = saga
    this.sagaId = sagaId
  }
}

/** More events came for steps that have not begun than an instance keeps. */
export class SagaInboxFullError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_INBOX_FULL'
  readonly saga: string
  readonly sagaId: string
  readonly limit: number

  constructor(saga: string, sagaId: string, limit: number) {
    super(
      `Expected at most ${limit} events to wait for steps of ${saga} ${sagaId}, found one more. ` +
        'Its key is parked; redrive it when steps have taken some.',
    )
    this.saga = saga
    this.sagaId = sagaId
    this.limit = limit
  }
}

/** An instance did not end in the time that its caller had. It goes on. */
export class SagaNotEndedError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_NOT_ENDED'
  readonly saga: string
  readonly sagaId: string
  readonly status: SagaStatus

  constructor(saga: string, sagaId: string, status: SagaStatus, timeoutMs: number) {
    super(
      `Expected ${saga} ${sagaId} to end within ${timeoutMs} ms, found it ` +
        `${status === 'none' ? 'not begun' : status}. It goes on; its timeline says where it stands.`,
    )
    this.saga = saga
    this.sagaId = sagaId
    this.status = status
  }
}

/** The caller of `ended` gave up. The instance goes on. */
export class SagaWaitAbortedError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_WAIT_ABORTED'
  readonly saga: string
  readonly sagaId: string

  constructor(saga: string, sagaId: string, cause: unknown) {
    super(`Expected ${saga} ${sagaId} to end, found its caller gone. It goes on.`, { cause })
    this.saga = saga
    this.sagaId = sagaId
  }
}

/** The message of whoever threw it, fit to be followed by another sentence. */
function asSentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}
