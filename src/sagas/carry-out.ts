/**
 * Carrying out what an instance has decided: sends, calls, timers.
 *
 * Each function takes one recorded event of an instance. It may be delivered more than once, and late:
 * what the instance does not wait for any more is left alone, and what has been done is done again under
 * the same name, which changes nothing.
 */

import { failpoint } from '../base/failpoint.js'
import type { HandlerContext } from '../define/handler.js'
import { TerminalError } from '../define/handler-errors.js'
import type { InstanceEventName, InstanceEvents } from '../define/saga/instance-events.js'
import type { SagaInstance, StepStatus } from '../define/saga/instance-state.js'
import type { RecordedEvent } from '../events/event.js'
import { isRepeatedDelivery } from '../subscriptions/delivery.js'
import type { DueName } from '../timers/due.js'
import { originOf } from './instance-port.js'
import { retryHalts } from './retry-halts.js'
import { SagaHaltedError } from './saga-errors.js'
import type { SagaPorts } from './saga-ports.js'
import {
  deadlineTimer,
  messageTimer,
  messageTimerName,
  ownerOf,
  retryTimer,
  stepTimerNames,
} from './saga-timers.js'
import { type SendOnce, sendStep } from './send-steps.js'

type InstanceEvent<K extends InstanceEventName> = RecordedEvent<string, InstanceEvents[K]>

type CarryOut<K extends InstanceEventName> = (
  ports: SagaPorts,
  event: InstanceEvent<K>,
  context: HandlerContext,
) => Promise<void> | undefined

/** By event, what it takes to carry it out. Events that are not here have no effect outside. */
export const carryOut: { readonly [K in InstanceEventName]?: CarryOut<K> } = {
  StepsStarted: startSteps,
  StepsRetrying: setRetries,
  StepsEnded: removeStepTimers,
  StepsAbandoned: abandonSteps,
  Recalled: recall,
  TimerSet: setTimer,
  TimerCancelled: removeTimer,
  Halted: stopAtHalt,
  Completed: removeAllTimers,
  Compensated: removeAllTimers,
  Failed: removeAllTimers,
  Cancelled: removeAllTimers,
}

async function startSteps(
  ports: SagaPorts,
  event: InstanceEvent<'StepsStarted'>,
  context: HandlerContext,
): Promise<void> {
  const { saga, actors, instances, timers, calls, random } = ports
  const { aggregateId: sagaId } = event
  const origin = originOf(event)
  const instance = await instances.state(sagaId)
  const { steps } = event.data
  const limited = steps.filter(
    ({ step, deadlineAtMs }) => deadlineAtMs !== null && instance.steps[step]?.ended === 0,
  )
  if (limited.length > 0) {
    await timers.setAll(limited.map((start) => deadlineTimer(saga.name, sagaId, start, origin)))
  }
  const called = steps.filter((start) => isAt(instance, start, 'calling'))
  if (called.length > 0) await calls.begin(sagaId, called, origin)
  const sent = steps.filter((start) => isAt(instance, start, 'sending'))
  if (sent.length === 0) return
  const where = ports.sentBefore.whereFollowing(event.position, isRepeatedDelivery(context))
  const sendOnce: SendOnce = (streamId, commandId, send) =>
    ports.sentBefore.sendOnce(streamId, commandId, where, send)
  const sends = sent.map((start) => sendStep(actors, saga.name, sagaId, start, origin, sendOnce))
  const outcomes = await Promise.allSettled(sends)
  const answers = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const sample = random.next()
  failpoint('saga.sent')
  if (answers.length > 0) await instances.tell(sagaId, 'settle', { answers, sample }, origin)
  // What has no answer yet is sent again with the next delivery of this event.
  for (const each of outcomes) if (each.status === 'rejected') throw each.reason
}

async function setRetries(ports: SagaPorts, event: InstanceEvent<'StepsRetrying'>): Promise<void> {
  const { saga, instances, timers } = ports
  const { aggregateId: sagaId } = event
  const instance = await instances.state(sagaId)
  const due = event.data.steps.filter((each) => isAt(instance, each, 'retrying'))
  const origin = originOf(event)
  if (due.length === 0) return
  await timers.setAll(due.map((each) => retryTimer(saga.name, sagaId, each, origin)))
}

function removeStepTimers(
  { saga, timers }: SagaPorts,
  { aggregateId, data }: InstanceEvent<'StepsEnded'>,
): Promise<void> | undefined {
  const names: DueName[] = data.steps
    .filter(({ hasTimer }) => hasTimer)
    .flatMap(({ step }) => stepTimerNames(saga.name, aggregateId, step))
  return names.length === 0 ? undefined : remove(timers, names)
}

function abandonSteps(
  { calls }: SagaPorts,
  { aggregateId, data }: InstanceEvent<'StepsAbandoned'>,
): undefined {
  calls.abort(aggregateId, data.steps, `nobody waits for it any more: ${data.why}`)
}

/** Reads a kept event again and offers it. */
async function recall(ports: SagaPorts, event: InstanceEvent<'Recalled'>): Promise<void> {
  const { log, events, instances } = ports
  const { position, type, part: asked } = event.data
  const batch = await log.readBatch({ after: position - 1, to: position, eventsMax: 1 })
  const kept = batch.events[0]
  if (kept === undefined) return
  const origin = originOf(event)
  for (const part of events.partsOf(kept) ?? [kept]) {
    if (part.type !== type || (part.part ?? 0) !== asked) continue
    const command = { event: part, recalled: true }
    await instances.tell(event.aggregateId, 'receive', command, origin)
  }
}

async function setTimer(ports: SagaPorts, event: InstanceEvent<'TimerSet'>): Promise<void> {
  const { saga, instances, timers } = ports
  const { aggregateId: sagaId, data } = event
  const instance = await instances.state(sagaId)
  if (instance.timers[data.timer] !== data.id) return
  await timers.setAll([messageTimer(saga.name, sagaId, data, originOf(event))])
}

function removeTimer(
  { saga, timers }: SagaPorts,
  { aggregateId, data }: InstanceEvent<'TimerCancelled'>,
): Promise<void> {
  return remove(timers, [messageTimerName(saga.name, aggregateId, data.timer)])
}

/** Parks the instance's key here; a redrive tries the step again. */
async function stopAtHalt(
  { saga, instances }: SagaPorts,
  event: InstanceEvent<'Halted'>,
  { redrives }: HandlerContext,
): Promise<void> {
  const { aggregateId: sagaId, data } = event
  if (redrives > 0) {
    await retryHalts(instances, sagaId, originOf(event))
    return
  }
  const { halts } = await instances.state(sagaId)
  if (!halts.some(({ number }) => number === data.number)) return
  const halted = new SagaHaltedError(saga.name, sagaId, data.step, data.error)
  throw new TerminalError(halted.message, { cause: halted })
}

function removeAllTimers(
  { saga, timers }: SagaPorts,
  { aggregateId, data }: InstanceEvent<'Completed'>,
): Promise<void> | undefined {
  if (!data.hasTimers) return undefined
  return timers.removeOwner(ownerOf(saga.name, aggregateId)).then(() => undefined)
}

async function remove(timers: SagaPorts['timers'], names: readonly DueName[]): Promise<void> {
  await timers.remove(names)
}

/** Whether an attempt is the one that its instance waits for. */
function isAt(
  { steps }: SagaInstance,
  { step, attempt }: { readonly step: string; readonly attempt: number },
  status: StepStatus,
): boolean {
  const record = steps[step]
  return record?.status === status && record.attempt === attempt
}
