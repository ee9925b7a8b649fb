/**
 * Effects: what a saga decides, as data.
 *
 * A function of a saga is pure: it returns what is to happen and does nothing itself. The tools here
 * only make descriptions; they are recorded in the instance's stream, and `sagas/` carries them out.
 */

import { InvalidArgumentError } from '../../base/errors.js'
import { dateAt, integerIn, knownKeys, objectAt } from '../../base/options.js'
import type { PayloadInputOf } from '../../events/payload-types.js'
import type { ActorDefinition, CommandName, EventDefinitions } from '../actor.js'
import { parseCommandTarget } from '../command-target.js'

/** A command to an actor, described and not sent. */
export interface SagaCommand {
  readonly kind: 'send'
  readonly actor: string
  readonly aggregateId: string
  readonly command: string
  readonly data: unknown
}

/** A message to the same instance, described and not sent. */
export interface SagaMessage {
  readonly kind: 'message'
  readonly message: string
  readonly data: unknown
}

/** When a timer fires: at a time, or so long after the decision. */
export type SagaTime =
  | { readonly at: Date; readonly afterMs?: never }
  | { readonly at?: never; readonly afterMs: number }

/** A timer to be set. */
export interface SagaTimer {
  readonly kind: 'schedule'
  readonly timer: string
  readonly when: SagaTime
  readonly what: SagaCommand | SagaMessage
}

/** The domain says that it cannot go on. */
export interface SagaFailure {
  readonly kind: 'fail'
  readonly reason: string
  readonly message: string | null
}

/** This event, or message, changes nothing. */
export interface SagaIgnored {
  readonly kind: 'ignore'
}

/** Anything that a reaction may return. */
export type SagaEffect<S> =
  | SagaCommand
  | SagaTimer
  | SagaFailure
  | SagaIgnored
  | { readonly kind: 'cancelTimer'; readonly timer: string }
  | { readonly kind: 'become'; readonly state: S }
  | { readonly kind: 'complete' }

/** Describes a command: checked by the compiler for an actor, when it is sent for an actor's name. */
export interface DescribeCommand {
  <S, E extends EventDefinitions, C, K extends CommandName<C>>(
    actor: ActorDefinition<string, S, E, C>,
    aggregateId: string,
    command: K,
    data: PayloadInputOf<C[K]>,
  ): SagaCommand
  (
    actor: string,
    aggregateId: string,
    command: string,
    data: Readonly<Record<string, unknown>>,
  ): SagaCommand
}

/** What every function of a saga may ask and describe. */
export interface SagaFacts {
  /** The instance's id. */
  readonly sagaId: string
  /** The runtime's clock. */
  readonly now: Date
  readonly send: DescribeCommand
  /** The domain cannot go on. `reason` is its own, stable code. */
  readonly fail: (reason: string, message?: string) => SagaFailure
  /** Nothing changes: the event is not what was waited for. */
  readonly ignore: () => SagaIgnored
}

/** What a reaction of a process manager is given beside the state and the event. */
export interface ReactionTools<S> extends SagaFacts {
  /** Sets a timer; one of the same name is replaced. Names have 1 to 100 characters. */
  readonly schedule: (timer: string, when: SagaTime, what: SagaCommand | SagaMessage) => SagaTimer
  /** A message to this instance, for {@link schedule}: `messages` of the definition take it. */
  readonly message: (name: string, data?: unknown) => SagaMessage
  /** Cancels a timer of this instance. One that is not set is no error. */
  readonly cancelTimer: (timer: string) => SagaEffect<S>
  /** The state from now on. */
  readonly become: (state: S) => SagaEffect<S>
  /** The instance has done its work. Its timers are cancelled. */
  readonly complete: () => SagaEffect<S>
}

function describeCommand(
  actor: unknown,
  aggregateId: unknown,
  command: unknown,
  data: unknown,
): SagaCommand {
  return { kind: 'send', ...parseCommandTarget(actor, aggregateId, command, data) }
}

/** The tools of one decision. */
export function createSagaFacts(sagaId: string, now: Date): SagaFacts {
  return {
    sagaId,
    now,
    send: describeCommand as DescribeCommand,
    fail: (reason, message) => ({
      kind: 'fail',
      reason: String(reason).toWellFormed(),
      message: message === undefined ? null : String(message).toWellFormed(),
    }),
    ignore: () => ({ kind: 'ignore' }),
  }
}

/** The tools of one reaction. */
export function createReactionTools(sagaId: string, now: Date): ReactionTools<unknown> {
  return {
    ...createSagaFacts(sagaId, now),
    schedule: (timer, when, what) => ({
      kind: 'schedule',
      timer: parseTimerName(timer),
      when: parseTime(timer, when),
      what: parseWhat(timer, what),
    }),
    message: (message, data = null) => ({ kind: 'message', message, data }),
    cancelTimer: (timer) => ({ kind: 'cancelTimer', timer: parseTimerName(timer) }),
    become: (state) => ({ kind: 'become', state }),
    complete: () => ({ kind: 'complete' }),
  }
}

/** The longest delay of a timer. Milliseconds: 100 years. */
const delayMsMax = 100 * 365 * 86_400_000

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseTimerName(timer: unknown): string {
  const isName =
    typeof timer === 'string' && timer.length > 0 && timer.length <= 100 && timer.isWellFormed()
  if (isName && !timer.includes('\0')) return timer
  throw new InvalidArgumentError('name of a timer', 'a text of 1 to 100 characters', timer)
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseTime(timer: string, when: SagaTime): SagaTime {
  const { at, afterMs } = knownKeys(`time of timer ${timer}`, when, ['at', 'afterMs'])
  if ((at === undefined) === (afterMs === undefined)) {
    throw new InvalidArgumentError(`time of timer ${timer}`, "either 'at' or 'afterMs'", when)
  }
  if (at !== undefined) return { at: dateAt(`at of timer ${timer}`, at) }
  return { afterMs: integerIn(`afterMs of timer ${timer}`, afterMs, 0, delayMsMax) }
}

function parseWhat(timer: string, what: SagaCommand | SagaMessage): SagaCommand | SagaMessage {
  const { kind } = objectAt(`timer ${timer}`, what)
  if (kind === 'send' || kind === 'message') return what
  throw new InvalidArgumentError(`timer ${timer}`, 'made by send or message', what)
}
