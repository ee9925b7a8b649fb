/**
 * The timers of sagas, among all timers: how they are named, and what they carry.
 *
 * An instance owns its timers: they are removed with its end. Three kinds: the next attempt of a step,
 * the end of a step's time, and those that reactions set.
 */

import type { InstanceEvents, StepRetry, StepStart } from '../define/saga/instance-events.js'
import { streamIdOf } from '../events/stream-id.js'
import type { DueName, DueSetting } from '../timers/due.js'
import type { Origin } from './instance-port.js'
import type { Message } from './tick.js'

/** What a saga's timer does. */
export type SagaTick =
  | { readonly tick: 'retry'; readonly step: string; readonly attempt: number }
  | { readonly tick: 'deadline'; readonly step: string }
  | { readonly tick: 'message'; readonly message: Message }

/** The action of a saga's timer. */
export interface SagaTimerAction {
  readonly kind: 'saga'
  readonly saga: string
  readonly sagaId: string
  readonly origin: Origin
  readonly tick: SagaTick
}

type Setting = DueName & DueSetting

export function retryTimer(
  saga: string,
  sagaId: string,
  { step, attempt, dueAtMs }: StepRetry,
  origin: Origin,
): Setting {
  const name = retryName(step)
  return timer(saga, sagaId, name, `${attempt}`, dueAtMs!, origin, { tick: 'retry', step, attempt })
}

export function deadlineTimer(
  saga: string,
  sagaId: string,
  { step, deadlineAtMs }: StepStart,
  origin: Origin,
): Setting {
  const tick = { tick: 'deadline', step } as const
  return timer(saga, sagaId, deadlineName(step), '1', deadlineAtMs!, origin, tick)
}

export function messageTimer(
  saga: string,
  sagaId: string,
  { timer: name, id, dueAtMs, message, data, command }: InstanceEvents['TimerSet'],
  origin: Origin,
): Setting {
  const carried = { timer: { name, id }, message, data, command }
  const tick = { tick: 'message', message: carried } as const
  return timer(saga, sagaId, messageName(name), id, dueAtMs, origin, tick)
}

/** All timers of a step. */
export function stepTimerNames(saga: string, sagaId: string, step: string): readonly DueName[] {
  const owner = ownerOf(saga, sagaId)
  return [
    { owner, name: retryName(step) },
    { owner, name: deadlineName(step) },
  ]
}

export function messageTimerName(saga: string, sagaId: string, name: string): DueName {
  return { owner: ownerOf(saga, sagaId), name: messageName(name) }
}

/** Whose timers an instance's are. */
export function ownerOf(saga: string, sagaId: string): string {
  return streamIdOf(saga, sagaId)
}

const retryName = (step: string): string => `retry ${step}`
const deadlineName = (step: string): string => `deadline ${step}`
const messageName = (timer: string): string => `timer ${timer}`

function timer(
  saga: string,
  sagaId: string,
  name: string,
  id: string,
  dueAtMs: number,
  origin: Origin,
  tick: SagaTick,
): Setting {
  const action: SagaTimerAction = { kind: 'saga', saga, sagaId, origin: { ...origin }, tick }
  return {
    owner: ownerOf(saga, sagaId),
    name,
    id,
    dueAtMs,
    everyMs: null,
    action: action as never,
  }
}
