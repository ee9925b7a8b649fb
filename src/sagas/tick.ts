/**
 * What follows from a timer: a step's next attempt, the end of its time, or a message.
 *
 * A timer that means something that is over changes nothing, so one may fire twice, or late.
 */

import { InvalidArgumentError } from '../base/errors.js'
import type { RecordedCommand } from '../define/saga/instance-state.js'
import { isActive, isInFlight, isOpen, type StepRecord } from '../define/saga/instance-state.js'
import { advance } from './advance.js'
import { endStep } from './end-step.js'
import { haltAtCode } from './halt-at-code.js'
import { react, sendCommand } from './react.js'
import { recallKept } from './recall-kept.js'
import { SagaHaltedError, SagaNotFoundError, SagaStateError } from './saga-errors.js'
import { timeoutOf } from './settle.js'
import { kindOf, nextStart } from './step-policy.js'
import type { Turn } from './turn.js'

/** The time of a step's next attempt has come. @param attempt - The one that failed. */
export function retryStep(turn: Turn, step: string, attempt: number): void {
  const record = turn.instance.steps[step]
  if (record?.status !== 'retrying' || record.attempt !== attempt) return
  try {
    turn.starts.push(nextStart(turn, step, kindOf(turn, step)))
    recallKept(turn, turn.flush())
  } catch (error) {
    haltAtCode(turn, error)
  }
}

/**
 * A step's time is over. One that is under way is given up, and waited for; one that is halted waits for
 * its operator all the same.
 */
export function endStepTime(turn: Turn, step: string): void {
  const record = turn.instance.steps[step]
  if (record === undefined || !isOpen(record) || turn.instance.status !== 'running') return
  if (record.status === 'halted') return
  if (isInFlight(record)) abandon(turn, step, record)
  else endStep(turn, step, 'failed', record.effect, timeoutOf(step))
  advance(turn)
}

function abandon(turn: Turn, step: string, { abandoned }: StepRecord): void {
  if (abandoned === null) turn.add('StepsAbandoned', { steps: [step], why: 'timeout' })
}

/** A message, or a command, that a timer brings or somebody sends. */
export interface Message {
  /** Which setting of which timer; `null`: it comes from outside. */
  readonly timer: { readonly name: string; readonly id: string } | null
  readonly message: string | null
  readonly data: unknown
  readonly command: RecordedCommand | null
}

/**
 * Takes in a message.
 *
 * @throws {SagaHaltedError} DRAMATIS_SAGA_HALTED: it has to come again.
 * @throws {SagaNotFoundError} DRAMATIS_SAGA_NOT_FOUND, not for a timer's
 * @throws {SagaStateError} DRAMATIS_SAGA_STATE: it has ended, or is being taken back; not for a timer's
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the saga has no such message.
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE; nothing was recorded.
 */
export function takeMessage(turn: Turn, message: Message): void {
  const { saga, sagaId, instance } = turn
  const { timer } = message
  const isOver = !isActive(instance) || instance.isCompleting
  if (timer !== null && (isOver || instance.timers[timer.name] !== timer.id)) return
  if (instance.status === 'none') throw new SagaNotFoundError(saga.name, sagaId)
  if (isOver) throw refusal(turn, isActive(instance) ? 'it is about to end' : 'it has ended')
  const [halt] = instance.halts
  if (halt !== undefined) throw new SagaHaltedError(saga.name, sagaId, halt.step, halt.error)
  if (instance.status === 'compensating') {
    if (timer === null) throw refusal(turn, 'it is being taken back')
    noteMessage(turn, message)
    return
  }
  if (message.command !== null) {
    noteMessage(turn, message)
    sendCommand(turn, message.command)
  } else reactToMessage(turn, message)
  advance(turn)
}

function refusal({ saga, sagaId, instance }: Turn, found: string): SagaStateError {
  return new SagaStateError(saga.name, sagaId, instance.status, 'take a message', found)
}

function noteMessage(turn: Turn, { message, timer }: Message): void {
  turn.add('Messaged', { message: message ?? '', timer: timer?.name ?? null })
}

function reactToMessage(turn: Turn, message: Message): void {
  const { saga } = turn
  const name = message.message ?? ''
  const reaction = saga.messages[name]
  if (reaction === undefined) {
    const known = Object.keys(saga.messages).join(', ') || 'none'
    throw new InvalidArgumentError('message', `a message of saga ${saga.name} (${known})`, name)
  }
  noteMessage(turn, message)
  const place = { name: `messages.${name}`, step: null }
  react(turn, place, (state, tools) => reaction(state, message.data, tools))
}
