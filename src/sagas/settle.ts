/**
 * What follows from the answers to a turn's commands and calls.
 *
 * An answer to an attempt that is not the current one any more changes nothing, so answers may come
 * twice. Pure: adds decisions to the turn.
 */

import type { ErrorData } from '../base/errors.js'
import { type AbandonCause, isInFlight, type StepRecord } from '../define/saga/instance-state.js'
import type { StepNode } from '../define/saga/steps.js'
import { copyValue } from '../events/values.js'
import { type DeliveryFailure, decideAfterFailure } from '../subscriptions/retry-policy.js'
import { advance } from './advance.js'
import { endStep } from './end-step.js'
import { haltAtCode } from './halt-at-code.js'
import { react } from './react.js'
import { recallKept } from './recall-kept.js'
import { reasonOfError, recordedErrorOf } from './recorded-error.js'
import { SagaCodeError, SagaStepFailedError, SagaStepTimeoutError } from './saga-errors.js'
import { isReaction, kindOf, nextStart, retryPolicyOf, type StepKind } from './step-policy.js'
import { callCode, factsOf, type StepScope } from './step-scope.js'
import type { Turn } from './turn.js'

/** How an attempt went. */
export interface Answer {
  readonly step: string
  readonly attempt: number
  /** `null`: it succeeded. */
  readonly failure: DeliveryFailure | null
  /** What it answered: a receipt, or what the call returned. */
  readonly value: unknown
  /** The command can never be sent like this: the code is wrong, not the world. */
  readonly isMistake: boolean
}

export function settle(turn: Turn, answers: readonly Answer[]): void {
  for (const answer of answers) {
    const record = turn.instance.steps[answer.step]
    if (record?.attempt !== answer.attempt || !isInFlight(record)) continue
    try {
      settleOne(turn, answer, record)
    } catch (error) {
      haltWith(turn, answer, error)
    }
  }
  recallKept(turn, turn.flush())
  advance(turn)
}

/** Makes of an answer what the step's code says. Also for an answer that was kept at a halt. */
export function conclude(turn: Turn, step: string, value: unknown): void {
  const kind = kindOf(turn, step)
  if (kind.kind !== 'step') {
    endStep(turn, step, 'completed', 'done')
    return
  }
  const { node, scope } = kind
  const refusal = applyAnswer(turn, step, node, scope, value)
  if (refusal !== null) {
    endStep(turn, step, 'failed', 'none', refusal)
    return
  }
  if (node.until === null) {
    endStep(turn, step, 'completed', 'done')
    return
  }
  const answered = { step, attempt: turn.instance.steps[step]!.attempt }
  turn.add('StepsAnswered', { steps: [answered] })
  recallKept(turn, [answered])
}

function settleOne(turn: Turn, answer: Answer, record: StepRecord): void {
  const { step, failure, value } = answer
  if (record.abandoned !== null) {
    endAbandoned(turn, step, record, failure)
    return
  }
  if (failure === null) {
    conclude(turn, step, value)
    return
  }
  if (answer.isMistake) {
    turn.halt(step, failure.error)
    return
  }
  const kind = kindOf(turn, step)
  if (saysNothingToUndo(kind, failure.error)) {
    endStep(turn, step, 'completed', 'none', failure.error)
    return
  }
  const policy = retryPolicyOf(kind)
  const next = decideAfterFailure(policy, failure, record.attempt, turn.sample)
  if (next.kind === 'park') {
    giveUp(turn, step, kind, record, failure.error)
    return
  }
  const dueAtMs = next.kind === 'later' ? turn.nowMs + next.delayMs : null
  const { attempt } = record
  turn.add('StepsRetrying', { steps: [{ step, attempt, error: failure.error, dueAtMs }] })
  if (dueAtMs === null) turn.starts.push(nextStart(turn, step, kind))
}

/** Whether the refusal of a compensation is as good as its success. */
function saysNothingToUndo(kind: StepKind, error: ErrorData): boolean {
  return kind.kind === 'undo' && kind.node.nothingToUndo.includes(reasonOfError(error))
}

/** Nobody waited for it any more. What it did is noted, so that it can be taken back. */
function endAbandoned(
  turn: Turn,
  step: string,
  { abandoned, kind }: StepRecord,
  failure: DeliveryFailure | null,
): void {
  const effect = failure === null ? 'done' : kind === 'call' ? 'unknown' : 'none'
  const error = abandoned === 'timeout' ? timeoutOf(step) : (failure?.error ?? null)
  endStep(turn, step, outcomeOf(abandoned), effect, error)
}

function outcomeOf(abandoned: AbandonCause | null): 'failed' | 'cancelled' {
  return abandoned === 'timeout' ? 'failed' : 'cancelled'
}

export function timeoutOf(step: string): ErrorData {
  return recordedErrorOf(new SagaStepTimeoutError(step))
}

/** Its last attempt has failed. */
function giveUp(
  turn: Turn,
  step: string,
  kind: StepKind,
  record: StepRecord,
  error: ErrorData,
): void {
  if (kind.kind === 'undo') {
    giveUpUndo(turn, step, error)
    return
  }
  if (kind.kind === 'reaction') {
    rejectReaction(turn, step, error)
    return
  }
  if (kind.kind === 'gone' || kind.node.whenExhausted === 'park') {
    turn.halt(step, error)
    return
  }
  endStep(turn, step, 'failed', record.kind === 'call' ? 'unknown' : 'none', error)
}

/** While everything is taken back the rest still is; otherwise the flow would go on over it. */
function giveUpUndo(turn: Turn, step: string, error: ErrorData): void {
  if (turn.instance.status !== 'compensating') {
    turn.halt(step, error)
    return
  }
  endStep(turn, step, 'failed', 'none', error)
  turn.add('NotUndone', { step: step.slice(0, -'/undo'.length), error })
}

function rejectReaction(turn: Turn, step: string, error: ErrorData): void {
  const { rejected } = turn.saga
  // Once it completes no reaction is asked any more.
  if (rejected === null || turn.instance.isCompleting) {
    turn.halt(step, error)
    return
  }
  const { actor, aggregateId, command } = turn.instance.commands[step]!
  const reason = reasonOfError(error)
  const failed = { actor, aggregateId, command, reason, message: error.message }
  react(turn, { name: 'rejected', step }, (state, tools) => rejected(state, failed, tools))
  endStep(turn, step, 'failed', 'none', error)
}

/** @returns why the domain says that it has failed after all; `null`: it has not. */
function applyAnswer(
  turn: Turn,
  step: string,
  { onAnswer }: StepNode,
  scope: StepScope,
  value: unknown,
): ErrorData | null {
  if (onAnswer === null) return null
  const { saga, instance } = turn
  const place = { name: 'onAnswer', step }
  const state = callCode(saga, place, () => onAnswer(instance.data, value, factsOf(turn, scope)))
  return becomeOrFail(turn, step, 'onAnswer', state)
}

/** Takes over what a step's function returned: a state, or `fail(...)`. */
export function becomeOrFail(
  turn: Turn,
  step: string,
  name: string,
  returned: unknown,
): ErrorData | null {
  const { saga, instance } = turn
  const place = { name, step }
  if (returned === undefined) {
    throw new SagaCodeError(saga.name, place, 'it returned nothing where a state is needed')
  }
  if (returned === instance.data) return null
  const state = callCode(saga, place, () => copyValue(returned, 'state'))
  const { kind, reason, message } = (state ?? {}) as Record<string, unknown>
  if (kind === 'fail' && typeof reason === 'string') {
    const text = typeof message === 'string' ? message : null
    return recordedErrorOf(new SagaStepFailedError(step, reason, text))
  }
  turn.become(state)
  return null
}

/** A function of the user's failed on an answer: the answer is kept, so that nothing is asked twice. */
function haltWith(turn: Turn, { step, failure, value }: Answer, error: unknown): void {
  if (!(error instanceof SagaCodeError)) throw error
  if (failure !== null || isReaction(step)) {
    haltAtCode(turn, error)
    return
  }
  turn.halt(step, recordedErrorOf(error), { value: value ?? null })
}
