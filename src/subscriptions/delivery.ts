/**
 * One delivery of one event to one handler: call it, time it, and say how it ended.
 *
 * Knows nothing of partitions, attempts to come or queues. A handler that returns nothing to wait for is
 * done when it returns: no promise, no timer. Runs per event.
 *
 * Invariants:
 *   - whatever a handler throws or rejects with becomes a `DeliveryFailure`; nothing escapes;
 *   - past `timeoutMs` the signal aborts; `abandonAfterMs` later the delivery counts as failed even if
 *     the handler never settles. What such a handler still does cannot be stopped.
 */

import type { Cancel, Clock } from '../base/clock.js'
import { errorToData } from '../base/errors.js'
import type { AnyActor } from '../define/actor.js'
import { type CommandTarget, parseCommandTarget } from '../define/command-target.js'
import type {
  HandlerContext,
  HandlerDefinition,
  HandlerReceipt,
  ScheduleFromContext,
  SendFromContext,
} from '../define/handler.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { TimerTime } from '../define/timer-time.js'
import { HandlerTimeoutError } from './errors.js'
import type { DeliveryFailure } from './retry-policy.js'

/** How long a handler may take to settle once its signal has aborted. */
export const abandonAfterMs = 1_000

/** Beyond the timeout and the time to give up, before the thread itself counts as hung. Milliseconds. */
const hangMarginMs = 1_000

/** How long a delivery may last before its thread counts as hung. */
export function hungAfterMs(timeoutMs: number): number {
  return timeoutMs + abandonAfterMs + hangMarginMs
}

/** What the host does for a handler. */
export interface HandlerHost {
  /** @param isRepeated - Whether the event may have been delivered before, and this have been sent then. */
  send(
    event: AnyRecordedEvent,
    commandId: string,
    target: CommandTarget,
    isRepeated: boolean,
  ): Promise<HandlerReceipt>
  /** @param timerId - Names this setting of the timer. */
  schedule(
    event: AnyRecordedEvent,
    timerId: string,
    name: string,
    target: CommandTarget,
    time: TimerTime,
  ): Promise<void>
  cancelTimer(name: string): Promise<boolean>
}

export interface DeliveryPorts {
  readonly clock: Clock
  readonly host: HandlerHost
  /** @default false */
  readonly isReplay?: boolean
}

/** Whether the event of a delivery may have been delivered before, by this process. */
export function isRepeatedDelivery(context: HandlerContext): boolean {
  return context instanceof Delivery && context.isRepeated
}

/** Whether an id may be that of a command which a handler sent. */
export function isHandlerCommand(commandId: string): boolean {
  return /:\d+$/.test(commandId)
}

/** Whether an id is that of a timer which a handler set: a repeated delivery sets it again. */
export function isHandlerTimer(timerId: string): boolean {
  return /:timer:\d+$/.test(timerId)
}

/** How a delivery ended; `null`: well. */
export type DeliveryOutcome = DeliveryFailure | null

/** A delivery that has begun. Its outcome is there at once, or promised. */
export class Delivery implements HandlerContext {
  readonly attempt: number
  readonly redrives: number
  /** Whether the event may have been delivered before, by this process. */
  readonly isRepeated: boolean
  readonly #definition: HandlerDefinition
  readonly #event: AnyRecordedEvent
  readonly #ports: DeliveryPorts
  #controller: AbortController | null = null
  #sends = 0
  #timers = 0

  constructor(
    definition: HandlerDefinition,
    event: AnyRecordedEvent,
    attempt: number,
    ports: DeliveryPorts,
    redrives = 0,
    isRepeated = false,
  ) {
    this.#definition = definition
    this.#event = event
    this.attempt = attempt
    this.redrives = redrives
    this.isRepeated = isRepeated || attempt > 1 || redrives > 0 || ports.isReplay === true
    this.#ports = ports
  }

  get handler(): string {
    return this.#definition.name
  }

  get idempotencyKey(): string {
    const { id, part } = this.#event
    // The first part keeps the key that the event had before an upcaster split it.
    return part ? `${id}#${part}:${this.#definition.name}` : `${id}:${this.#definition.name}`
  }

  get isReplay(): boolean {
    return this.#ports.isReplay === true
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  /** Made when it is asked for, so that a handler may take it out of its context. */
  get send(): SendFromContext {
    return async (
      actor: AnyActor | string,
      aggregateId: string,
      command: string,
      data: unknown,
    ) => {
      const commandId = `${this.idempotencyKey}:${++this.#sends}`
      const target = parseCommandTarget(actor, aggregateId, command, data)
      return this.#ports.host.send(this.#event, commandId, target, this.isRepeated)
    }
  }

  /** As `send`. */
  get schedule(): ScheduleFromContext {
    return async (
      name: string,
      actor: AnyActor | string,
      aggregateId: string,
      command: string,
      data: unknown,
      time: TimerTime,
    ) => {
      const timerId = `${this.idempotencyKey}:timer:${++this.#timers}`
      const target = parseCommandTarget(actor, aggregateId, command, data)
      return this.#ports.host.schedule(this.#event, timerId, name, target, time)
    }
  }

  get cancelTimer(): (name: string) => Promise<boolean> {
    return (name) => this.#ports.host.cancelTimer(name)
  }

  /** Calls the handler. */
  start(): DeliveryOutcome | Promise<DeliveryOutcome> {
    try {
      const returned = this.#definition.on[this.#event.type]!(this.#event, this)
      return isThenable(returned) ? this.#settle(returned) : null
    } catch (error) {
      return failureOf(error)
    }
  }

  /** Tells the handler to stop. It still has to settle by itself. */
  abort(reason: unknown): void {
    this.#controller ??= new AbortController()
    this.#controller.abort(reason)
  }

  #settle(returned: PromiseLike<unknown>): Promise<DeliveryOutcome> {
    const { timeoutMs } = this.#definition
    // A promise of our own: whatever a foreign `then` throws becomes its rejection.
    const settled = new Promise<unknown>((resolve) => resolve(returned))
    return new Promise((resolve) => {
      let timedOut = false
      let cancel: Cancel = this.#ports.clock.schedule(timeoutMs, () => {
        timedOut = true
        this.abort(this.#timeout())
        cancel = this.#ports.clock.schedule(abandonAfterMs, () => {
          resolve(failureOf(this.#timeout()))
        })
      })
      const settle = (outcome: DeliveryOutcome): void => {
        cancel()
        resolve(outcome)
      }
      settled.then(
        () => settle(null),
        (error: unknown) => settle(failureOf(timedOut ? this.#timeout(error) : error)),
      )
    })
  }

  #timeout(cause?: unknown): HandlerTimeoutError {
    const { name, timeoutMs } = this.#definition
    return new HandlerTimeoutError(name, this.#event.id, timeoutMs, cause)
  }
}

/** Reads out of an error what it says about trying again. Never throws. */
export function failureOf(thrown: unknown): DeliveryFailure {
  const error = errorToData(thrown)
  return {
    error,
    terminal: error.code === 'DRAMATIS_TERMINAL',
    retryAfterMs: error.code === 'DRAMATIS_RETRY_AFTER' ? delayAskedFor(thrown) : null,
  }
}

function delayAskedFor(thrown: unknown): number | null {
  try {
    const { delayMs } = thrown as { delayMs?: unknown }
    const isDelay = typeof delayMs === 'number' && Number.isFinite(delayMs) && delayMs >= 0
    return isDelay ? Math.ceil(delayMs) : null
  } catch {
    // A getter of the handler's own making: then the policy decides.
    return null
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
