/**
 * What operators may do to an instance: try its step again now, skip the step, or end it.
 *
 * Each is recorded in the instance's own stream. A verb that makes no sense in the instance's state is
 * refused and changes nothing.
 */

import {
  type Halt,
  isActive,
  isInFlight,
  isOpen,
  parseStepId,
  type SagaInstance,
  undoneBy,
} from '../define/saga/instance-state.js'
import { advance } from './advance.js'
import { beginCompensation } from './compensate.js'
import { endStep } from './end-step.js'
import { haltAtCode } from './halt-at-code.js'
import { recallKept } from './recall-kept.js'
import { recordedErrorOf } from './recorded-error.js'
import { SagaCancelledError, SagaNotFoundError, SagaStateError } from './saga-errors.js'
import { conclude } from './settle.js'
import { kindOf, nextStart } from './step-policy.js'
import { endRecords, stepsToUndo } from './take-back.js'
import type { Turn } from './turn.js'

export interface Operation {
  readonly verb: 'retry' | 'skip' | 'cancel'
  /** @default the one that the instance is halted at, or the only one that waits for its next attempt */
  readonly step: string | null
  readonly reason: string | null
  /** Cancel: whether what was done is taken back. */
  readonly compensate: boolean
  /** Whether its key is parked: then there is something to try again, whatever its steps do. */
  readonly isParked: boolean
}

/**
 * @throws {SagaNotFoundError} DRAMATIS_SAGA_NOT_FOUND
 * @throws {SagaStateError} DRAMATIS_SAGA_STATE
 */
export function operate(turn: Turn, operation: Operation): void {
  const { saga, sagaId, instance } = turn
  if (instance.status === 'none') throw new SagaNotFoundError(saga.name, sagaId)
  if (!isActive(instance)) throw refusal(turn, `be active`, `it ${instance.status}`)
  if (operation.verb === 'cancel') {
    cancel(turn, operation)
    return
  }
  if (operation.verb === 'retry') retry(turn, operation)
  else skip(turn, operation)
  recallKept(turn, turn.flush())
  advance(turn)
}

function retry(turn: Turn, { step: asked, reason, isParked }: Operation): void {
  if (isParked && turn.instance.halts.length === 0 && asked === null) {
    turn.add('Operated', { verb: 'retry', step: null, reason })
    return
  }
  const step = stepMeant(turn, asked)
  const record = step === null ? undefined : turn.instance.steps[step]
  const halt = haltAt(turn, step)
  if (halt === undefined && record?.status !== 'retrying') {
    throw refusal(turn, `have step ${step} halted or between attempts`, describe(turn.instance))
  }
  turn.add('Operated', { verb: 'retry', step, reason })
  // A step that had not begun is begun by what follows.
  if (step === null || record === undefined || !isOpen(record)) return
  try {
    if (halt !== undefined && halt.answer !== null) conclude(turn, step, halt.answer.value)
    else turn.starts.push(nextStart(turn, step, kindOf(turn, step)))
  } catch (error) {
    haltAtCode(turn, error)
  }
}

function skip(turn: Turn, { step: asked, reason }: Operation): void {
  const step = stepMeant(turn, asked)
  const record = step === null ? undefined : turn.instance.steps[step]
  const isSkippable = haltAt(turn, step) !== undefined || (record !== undefined && isOpen(record))
  if (step === null || !isSkippable || record?.status === 'sending') {
    throw refusal(turn, `have step ${step} open`, describe(turn.instance))
  }
  if (record === undefined && kindOf(turn, step).kind === 'gone') {
    throw refusal(turn, 'be halted at a step', `it halted at ${step}, where its code has to answer`)
  }
  turn.add('Operated', { verb: 'skip', step, reason })
  const isCalling = record !== undefined && isInFlight(record)
  // Whatever the call still answers is too late to matter.
  if (isCalling) turn.add('StepsAbandoned', { steps: [step], why: 'cancelled' })
  endStep(turn, step, 'skipped', isCalling ? 'unknown' : (record?.effect ?? 'none'))
}

function cancel(turn: Turn, { reason, compensate }: Operation): void {
  const { instance } = turn
  const why = reason ?? 'no reason given'
  if (compensate && instance.status === 'compensating') {
    throw refusal(turn, 'be running', 'it is being compensated already')
  }
  turn.add('Operated', { verb: 'cancel', step: null, reason })
  const error = recordedErrorOf(new SagaCancelledError(why))
  if (compensate) {
    beginCompensation(turn, { step: null, error }, why)
    return
  }
  const left = stepsLeft(turn)
  const notUndone = [...instance.notUndone, ...left.map((step) => ({ step, error }))]
  const open = Object.entries(instance.steps).filter(([, record]) => isOpen(record))
  endRecords(turn, open, 'cancelled')
  turn.add('Cancelled', { reason: why, notUndone, hasTimers: turn.hasTimers })
}

/** What is left as it is: what has acted, and what is under way and may act yet. */
function stepsLeft(turn: Turn): readonly string[] {
  const records = Object.entries(turn.instance.steps)
  const open = records.filter(([, record]) => isOpen(record))
  const isUndoable = (id: string): boolean => {
    const kind = kindOf(turn, id)
    return kind.kind === 'step' && kind.node.compensate !== null
  }
  const left = [
    ...open.filter(([id, record]) => isInFlight(record) && isUndoable(id)).map(([id]) => id),
    ...stepsToUndo(turn, records).map(({ stepId }) => stepId),
    ...open.filter(([id]) => parseStepId(id).isUndo).map(([id]) => undoneBy(id)),
  ]
  // A call that has failed before and is under way again is both.
  return [...new Set(left)]
}

function haltAt(turn: Turn, step: string | null): Halt | undefined {
  return turn.instance.halts.find((halt) => halt.step === step)
}

/** The step that a verb is about. */
function stepMeant(turn: Turn, asked: string | null): string | null {
  const { halts, steps } = turn.instance
  if (asked !== null) return asked
  if (halts.length > 0) return halts[0]!.step
  const retrying = Object.keys(steps).filter((id) => steps[id]!.status === 'retrying')
  if (retrying.length === 1) return retrying[0]!
  throw refusal(turn, 'have one step that waits', describe(turn.instance))
}

function describe({ status, halts, steps }: SagaInstance): string {
  const open = Object.entries(steps)
    .filter(([id, record]) => isOpen(record) && parseStepId(id).name !== '')
    .map(([id, record]) => `${id} ${record.status}`)
  const places = halts.map(({ step }) => step ?? 'a reaction').join(', ')
  const halted = places === '' ? '' : `, halted at ${places}`
  return `it ${status}${halted}, with ${open.join(', ') || 'no open step'}`
}

function refusal(turn: Turn, expected: string, found: string): SagaStateError {
  const { saga, sagaId, instance } = turn
  return new SagaStateError(saga.name, sagaId, instance.status, expected, found)
}
