/**
 * What follows from an event: an instance begins, a step ends, a reaction decides, or nothing.
 *
 * Every combination has an outcome; see {@link receive}. Pure: adds decisions to the turn.
 */

import type { AnyRecordedEvent } from '../define/projector.js'
import type { EventReference } from '../define/saga/instance-events.js'
import { isActive, isOpen, isSameEvent, type SagaInstance } from '../define/saga/instance-state.js'
import { copyValue } from '../events/values.js'
import { advance } from './advance.js'
import { endStep } from './end-step.js'
import { react } from './react.js'
import { fieldsOf } from './recorded-command.js'
import { SagaHaltedError, SagaInboxFullError, SagaUnmatchedError } from './saga-errors.js'
import { becomeOrFail } from './settle.js'
import { callCode, factsOf, findStep } from './step-scope.js'
import type { Turn } from './turn.js'

/** Events that an instance keeps for steps that have not begun. */
const keptMax = 100

/**
 * Takes in an event of the instance's key.
 *
 * - no instance: one begins, if the event starts the saga; otherwise as `missing` says;
 * - ended, or about to: as `ended` says;
 * - being taken back: ignored;
 * - taken in before (delivered again): ignored;
 * - a reaction is asked, and a step that waits for it ends; one that a step may still wait for is kept;
 * - otherwise it is ignored, and leaves no trace.
 *
 * @param recalled - It was kept, and is offered again: once, however often that is delivered.
 * @throws {SagaHaltedError} DRAMATIS_SAGA_HALTED
 * @throws {SagaUnmatchedError} DRAMATIS_SAGA_UNMATCHED
 * @throws {SagaInboxFullError} DRAMATIS_SAGA_INBOX_FULL
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE; nothing was recorded.
 */
export function receive(turn: Turn, event: AnyRecordedEvent, recalled: boolean): void {
  const { saga, sagaId, instance } = turn
  if (instance.status === 'none') {
    if (saga.startOn.includes(event.type)) {
      start(turn, event)
      return
    }
    if (saga.missing === 'ignore') return
    throw new SagaUnmatchedError(saga.name, sagaId, event.id, 'none')
  }
  if (recalled ? !isRecalled(instance, event) : isKnown(instance, event)) return
  if (!isActive(instance) || instance.isCompleting) {
    if (saga.ended === 'ignore' || recalled) return
    throw new SagaUnmatchedError(saga.name, sagaId, event.id, `it ${endOf(instance)}`)
  }
  if (instance.status === 'compensating') return
  const [halt] = instance.halts
  if (halt !== undefined) throw new SagaHaltedError(saga.name, sagaId, halt.step, halt.error)
  take(turn, event, recalled)
}

function start(turn: Turn, event: AnyRecordedEvent): void {
  const { saga } = turn
  const place = { name: 'state', step: null }
  const state = callCode(saga, place, () => copyValue(saga.state(event) ?? null, 'state'))
  turn.add('Started', { event: referenceTo(event), state })
  reactTo(turn, event)
  advance(turn)
}

function take(turn: Turn, event: AnyRecordedEvent, recalled: boolean): void {
  const { saga } = turn
  const reference = referenceTo(event)
  const reaction = recalled ? null : reactTo(turn, event)
  const hasEnded = turn.instance.status === 'running' && endAwaiting(turn, event)
  const isKept =
    !hasEnded && reaction === null && isActive(turn.instance) && mayStillAwait(turn, event.type)
  if (isKept) {
    const { inbox } = turn.instance
    if (inbox.length >= keptMax) throw new SagaInboxFullError(saga.name, turn.sagaId, keptMax)
  }
  if (isKept || hasEnded || recalled || reaction === 'acted') {
    turn.add('Received', { event: reference, kept: isKept })
  }
  advance(turn)
}

/** @returns `null`: the saga has no reaction to it. */
function reactTo(turn: Turn, event: AnyRecordedEvent): 'acted' | 'ignored' | null {
  const reaction = turn.saga.on[event.type]
  if (reaction === undefined) return null
  const place = { name: `on.${event.type}`, step: null }
  return react(turn, place, (state, tools) => reaction(state, event, tools))
}

/**
 * Whether a step that waits for such events may still begin, or has begun and has not ended.
 *
 * Of a step inside an `each` nobody knows for how many items it is still to come.
 */
function mayStillAwait({ saga, instance }: Turn, type: string): boolean {
  if (!saga.index.awaited.has(type)) return false
  for (const [name, { node, each }] of saga.index.steps) {
    if (node.until?.[type] === undefined) continue
    const record = instance.steps[name]
    if (each.length > 0 || record === undefined || isOpen(record)) return true
  }
  return false
}

/** Offers the event to the steps that wait for it. @returns whether one of them ended. */
function endAwaiting(turn: Turn, event: AnyRecordedEvent): boolean {
  const { saga, instance } = turn
  if (!saga.index.awaited.has(event.type)) return false
  for (const [step, record] of Object.entries(instance.steps)) {
    if (record.status !== 'waiting') continue
    const found = findStep(saga, instance, step)
    const until = found?.node.until?.[event.type]
    if (found === undefined || until === undefined) continue
    const place = { name: `until.${event.type}`, step }
    const facts = factsOf(turn, found.scope)
    const returned: unknown = callCode(saga, place, () => until(instance.data, event, facts))
    if (fieldsOf(returned, ['kind']).kind === 'ignore') continue
    const refusal = becomeOrFail(turn, step, place.name, returned)
    if (refusal === null) endStep(turn, step, 'completed', 'done')
    else endStep(turn, step, 'failed', 'none', refusal)
    return true
  }
  return false
}

/** How an instance ended that takes no events any more, in words. */
function endOf(instance: SagaInstance): string {
  return isActive(instance) ? 'about to end' : instance.status
}

function isKnown({ receivedTo }: SagaInstance, { position, part = 0 }: AnyRecordedEvent): boolean {
  return position < receivedTo[0] || (position === receivedTo[0] && part <= receivedTo[1])
}

function isRecalled({ recalled }: SagaInstance, event: AnyRecordedEvent): boolean {
  const reference = referenceTo(event)
  return recalled.some((each) => isSameEvent(each, reference))
}

function referenceTo({ id, type, position, part = 0 }: AnyRecordedEvent): EventReference {
  return { id, type, position, part }
}
