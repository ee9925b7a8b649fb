/**
 * What timers do when their time has come: an action as plain data, and who carries each kind out.
 *
 * The one place where the kinds are listed. A timer is fired again after a failure or a crash with the
 * same `id` and `occurrence`, so whoever carries it out has to be idempotent by the two.
 *
 * Invariants:
 *   - a command is sent under a commandId that follows from the timer's name, id and occurrence, and not
 *     sent where it was recorded before;
 *   - so is a message to an instance of a saga.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import { InvalidArgumentError } from '../base/errors.js'
import type { EventValue } from '../events/event.js'
import type { Payload } from '../events/schema.js'
import type { Sagas } from '../sagas/sagas.js'
import type { Due } from '../timers/due.js'
import type { FiredBefore } from './fired-before.js'
import { commandIdOf } from './timer-command-id.js'

/** Sends a command to an actor. */
export interface CommandAction {
  readonly kind: 'command'
  readonly actor: string
  readonly aggregateId: string
  readonly command: string
  readonly data: Payload
  readonly correlationId: string
  readonly causationId: string
  readonly userId: string | null
}

/** Sends a message to an instance of a saga. */
export interface MessageAction {
  readonly kind: 'message'
  readonly saga: string
  readonly sagaId: string
  readonly message: string
  readonly data: EventValue
  readonly correlationId: string
  readonly causationId: string
  readonly userId: string | null
}

/** What timers of hosts and handlers do. Those of instances have a kind of their own. */
export type TimerAction = CommandAction | MessageAction

/** Carries out the timers of one kind. Rejects: it is tried again later. */
export type CarryOut = (due: Due) => Promise<void>

/** Who carries out what, by the kind of action. */
export type TimerActions = Readonly<Record<string, CarryOut>>

/** As the records of timers keep it. */
export function actionValue(action: TimerAction): EventValue {
  return action as unknown as EventValue
}

/** The action of a timer of a host or a handler. */
export function timerActionOf(due: Due): TimerAction {
  return due.action as unknown as TimerAction
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: of a kind that only other versions know. */
export async function carryOut(actions: TimerActions, due: Due): Promise<void> {
  const kind = (due.action as { readonly kind?: unknown } | null)?.kind
  const known = Object.keys(actions)
  if (typeof kind !== 'string' || !known.includes(kind)) {
    throw new InvalidArgumentError(
      `action of timer ${due.name}`,
      `one of ${known.join(', ')}`,
      kind,
    )
  }
  await actions[kind]!(due)
}

/** Sends the command of a timer. Rejects with what `send` rejects with. */
export function sendCommandOf(actors: ActorSystem, firedBefore: FiredBefore): CarryOut {
  return async (due) => {
    const action = due.action as unknown as CommandAction
    const { actor, aggregateId, command, data } = action
    if (await firedBefore.hasSent(due, actor, aggregateId)) return
    await actors.send(actor, aggregateId, command, data, sendOptionsOf(due, action))
  }
}

/** Sends the message of a timer. Rejects with what sending it rejects with. */
export function sendMessageOf(sagas: () => Sagas, firedBefore: FiredBefore): CarryOut {
  return async (due) => {
    const action = due.action as unknown as MessageAction
    if (await firedBefore.hasSent(due, action.saga, action.sagaId)) return
    await sagas().sendMessage(action, sendOptionsOf(due, action))
  }
}

function sendOptionsOf(due: Due, { correlationId, causationId, userId }: TimerAction) {
  const ids = { commandId: commandIdOf(due), correlationId, causationId }
  return userId === null ? ids : { ...ids, userId }
}
