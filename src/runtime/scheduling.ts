/**
 * Scheduling: commands, and messages to sagas, that are sent at a time, whatever happens in between.
 *
 * Checks what is to be scheduled, sets it, has it carried out, and tells how that went. `timers/` keeps the
 * timers and fires them; what a host sees of them is `timers.ts`.
 *
 * Invariants:
 *   - what is set was a command that its actor takes, with data that it accepts, or a message that its saga has;
 *   - a rejection is an outcome, and so is that an instance has not begun or has ended: the timer is done, or
 *     goes on repeating.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { Clock } from '../base/clock.js'
import { type ErrorData, errorToData, InvalidArgumentError } from '../base/errors.js'
import { propertiesAt } from '../base/options.js'
import type { AnyActor } from '../define/actor.js'
import type { DescribedMessage, SagaMessageToSend } from '../sagas/message-to-send.js'
import type { TableDatabase } from '../store/tables.js'
import { publish, type TimerMessage } from '../telemetry/channels.js'
import type { Due } from '../timers/due.js'
import { DueQueue } from '../timers/due-queue.js'
import type { DueQueueStatus } from '../timers/due-tally.js'
import type { ParsedTime } from './schedule-options.js'
import { actionValue, carryOut, type TimerAction, type TimerActions } from './timer-actions.js'

/** A command that is to be sent later. */
export interface CommandToSchedule {
  readonly actor: AnyActor | string
  readonly aggregateId: string
  readonly command: string
  readonly payload: unknown
  readonly options?: object
}

/** Where a setting of a timer comes from. */
export interface TimerOrigin {
  /** Names the setting; the same for every repetition of what set it. */
  readonly id: string
  readonly correlationId: string
  readonly causationId: string
  readonly userId: string | null
}

/** How the timers are doing. */
export interface TimersStatus extends DueQueueStatus {
  /** Firings whose command or message was refused; they came through, and count as fired too. */
  readonly rejected: number
}

export interface SchedulingPorts {
  readonly actors: ActorSystem
  readonly database: TableDatabase
  readonly clock: Clock
  readonly actions: TimerActions
  /** Throws for a message that its saga does not take. */
  readonly checkMessage: (message: SagaMessageToSend) => DescribedMessage
}

/** Whose the timers of hosts and handlers are. */
export const hostOwner = ''
/** Timers that are fired at the same time: enough that a flush of half a second delays none at 2,000/s. */
const inFlightMax = 1_024
/** What a command or a message to schedule has. */
const sentNames: readonly string[] = [
  ...['actor', 'aggregateId', 'command', 'payload', 'options'],
  ...['saga', 'sagaId', 'message', 'data'],
]
/** Codes of errors that are an outcome. */
const rejections: ReadonlySet<unknown> = new Set([
  'DRAMATIS_COMMAND_REJECTED',
  'DRAMATIS_SAGA_NOT_FOUND',
  'DRAMATIS_SAGA_STATE',
])

export class Scheduling {
  /** All timers: those of hosts and handlers, under `hostOwner`, and whatever else fires at a time. */
  readonly queue: DueQueue
  readonly #ports: SchedulingPorts
  /** Why the commands of those in flight were refused. */
  readonly #rejections = new WeakMap<Due, string>()
  #rejected = 0

  constructor(ports: SchedulingPorts) {
    const { database, clock } = ports
    this.#ports = ports
    this.queue = new DueQueue({
      ...{ queue: 'timers', database, clock, inFlightMax },
      fire: (due) => this.#fire(due),
      onFired: (due, lateMs) => this.#noteFired(due, lateMs),
      onFailed: (due, error, retryMs) => tell('failed', due, { reason: error.message, retryMs }),
    })
  }

  /**
   * Sets a timer; replaces one of the same name. Resolves when that is durable.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT, and what `send` throws for a command that
   *   its actor does not take, or a message for a saga. Nothing was set.
   */
  async schedule(
    name: string,
    sent: CommandToSchedule | SagaMessageToSend,
    { dueAtMs, everyMs }: ParsedTime,
    origin: TimerOrigin,
  ): Promise<void> {
    const action = actionValue(this.#actionOf(sent, origin))
    const timer = { owner: hostOwner, name }
    const { id } = origin
    await this.queue.set(timer, { id, dueAtMs, everyMs, action })
    tell('scheduled', { ...timer, id, occurrence: 1 })
  }

  /** @returns whether there was one. */
  async cancel(name: string): Promise<boolean> {
    const timer = { owner: hostOwner, name }
    const before = this.queue.get(timer)
    const removed = await this.queue.remove([timer])
    if (removed > 0 && before !== undefined) tell('cancelled', before)
    return removed > 0
  }

  status(): TimersStatus {
    return { ...this.queue.status(), rejected: this.#rejected }
  }

  #actionOf(sent: CommandToSchedule | SagaMessageToSend, origin: TimerOrigin): TimerAction {
    const given = propertiesAt('command', sent, sentNames)
    if ('saga' in given) return this.#messageOf(given as SagaMessageToSend, origin)
    return this.#commandOf(given as CommandToSchedule, origin)
  }

  #messageOf(sent: SagaMessageToSend, origin: TimerOrigin): TimerAction {
    const { saga, sagaId, message, data } = this.#ports.checkMessage(sent)
    const { correlationId, causationId, userId } = origin
    return { kind: 'message', saga, sagaId, message, data, correlationId, causationId, userId }
  }

  #commandOf(scheduled: CommandToSchedule, origin: TimerOrigin): TimerAction {
    const { actor, aggregateId, command, payload, options } = scheduled
    if (options !== undefined && Object.keys(options).length > 0) {
      throw new InvalidArgumentError('options of a scheduled command', 'absent', options)
    }
    const data = this.#ports.actors.check(actor, aggregateId, command, payload)
    const { correlationId, causationId, userId } = origin
    return {
      ...{ kind: 'command', actor: typeof actor === 'string' ? actor : actor.name },
      ...{ aggregateId, command, data, correlationId, causationId, userId },
    }
  }

  async #fire(due: Due): Promise<void> {
    try {
      await carryOut(this.#ports.actions, due)
    } catch (thrown) {
      const { code, message }: ErrorData = errorToData(thrown)
      if (!rejections.has(code)) throw thrown
      const { reason } = thrown as { readonly reason?: unknown }
      this.#rejections.set(due, typeof reason === 'string' ? reason : message)
    }
  }

  #noteFired(due: Due, lateMs: number): void {
    const reason = this.#rejections.get(due)
    if (reason !== undefined) this.#rejected++
    if (reason === undefined) tell('fired', due, { lateMs })
    else tell('rejected', due, { lateMs, reason })
  }
}

function tell(
  action: TimerMessage['action'],
  { owner, name, id, occurrence }: Pick<Due, 'owner' | 'name' | 'id' | 'occurrence'>,
  more: Pick<TimerMessage, 'lateMs' | 'reason' | 'retryMs'> = {},
): void {
  publish('timer', () => ({ action, owner, name, id, occurrence, ...more }))
}
