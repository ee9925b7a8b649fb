/**
 * `defineHandler`: the description of one side effect and how it may fail.
 *
 * A handler sees each event at least once, in order per key. This file describes and completes its
 * options; `subscriptions/` runs it.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { frozenTable } from '../base/freeze.js'
import { functionAt, integerIn, knownKeys, oneOf } from '../base/options.js'
import type { PayloadInputOf } from '../events/payload-types.js'
import type { ActorDefinition, AnyActor, CommandName, EventDefinitions } from './actor.js'
import {
  assertSubscribes,
  type EventsFrom,
  parseUnknownEvents,
  type UnknownEvents,
} from './projector.js'
import { parseRetryPolicy, type RetryPolicy } from './retry.js'
import type { TimerTime } from './timer-time.js'

/** What a handler is given beside the event. */
export interface HandlerContext {
  /**
   * 1-based delivery of this event to this handler; survives restarts. One that was cut off, with its process
   * or with a thread that had other events too, comes again under the same number.
   */
  readonly attempt: number
  /**
   * The same for every delivery of this event to this handler, in a replay too: hand it to what you
   * call. Each part of an event that an upcaster split has its own.
   */
  readonly idempotencyKey: string
  /** How often the event was redriven from the dead letters before this delivery. */
  readonly redrives: number
  /** Whether somebody asked for this delivery of a past event: `runtime.handler(...).replay(...)`. */
  readonly isReplay: boolean
  /** Aborted at the timeout, and when the runtime closes. */
  readonly signal: AbortSignal
  /** The handler's name. */
  readonly handler: string
  /**
   * Sends a command to an actor. Its commandId is derived from the event, the handler and the number
   * of the call, so what a repeated delivery sends again acts once, however late it comes. What is sent
   * must follow from the event: no random ids, no current time. Resolves when the command is durable.
   *
   * @throws what `send` on the actor throws, as an error with the same `code`; DRAMATIS_COMMAND_REJECTED
   * has the domain's `reason` as well.
   */
  readonly send: SendFromContext
  /**
   * Sets a timer of the host's, which sends a command later; replaces one of the same name. `afterMs` counts
   * from when the event was recorded, so a repeated delivery sets the same time again; one that is past
   * fires at once. The setting is named after the event, the handler and the number of the call: a delivery
   * that is repeated after the timer has fired leads to no second effect. What is scheduled must follow from
   * the event, as with `send`. Resolves when the timer is durable.
   *
   * @throws what `Runtime.schedule` throws, as an error with the same `code`.
   */
  readonly schedule: ScheduleFromContext
  /**
   * Cancels a timer of the host's. Resolves when that is durable.
   *
   * @returns whether there was one: a delivery that is repeated finds none.
   */
  readonly cancelTimer: (name: string) => Promise<boolean>
}

/** Schedules a command: checked by the compiler for an actor, at run time for an actor's name. */
export interface ScheduleFromContext {
  <S, E extends EventDefinitions, C, K extends CommandName<C>>(
    name: string,
    actor: ActorDefinition<string, S, E, C>,
    aggregateId: string,
    command: K,
    data: PayloadInputOf<C[K]>,
    time: TimerTime,
  ): Promise<void>
  (
    name: string,
    actor: string,
    aggregateId: string,
    command: string,
    data: Readonly<Record<string, unknown>>,
    time: TimerTime,
  ): Promise<void>
}

/** Sends a command: checked by the compiler for an actor, at run time for an actor's name. */
export interface SendFromContext {
  <S, E extends EventDefinitions, C, K extends CommandName<C>>(
    actor: ActorDefinition<string, S, E, C>,
    aggregateId: string,
    command: K,
    data: PayloadInputOf<C[K]>,
  ): Promise<HandlerReceipt>
  (
    actor: string,
    aggregateId: string,
    command: string,
    data: Readonly<Record<string, unknown>>,
  ): Promise<HandlerReceipt>
}

/** What a command sent from a handler led to. */
export interface HandlerReceipt {
  readonly streamId: string
  readonly version: number
  readonly position: number
  /** Whether an earlier delivery had sent the command already: it acted then, and not again. */
  readonly duplicate: boolean
}

/** Where a handler begins when it is first seen: at the first event, behind the last, or after a position. */
export type StartFrom = 'beginning' | 'end' | number

export interface HandlerOptions {
  /** Fixed share of keys, each in order. Part of the stored state. Integer in [1, 256]. @default 16 */
  readonly partitions?: number
  readonly retry?: Partial<RetryPolicy>
  /** Longest delivery before `signal` aborts. Milliseconds in [1, 3_600_000]. @default 30_000 */
  readonly timeoutMs?: number
  /** `key`: later events of a parked key wait behind it. `event`: only the failing one is parked. @default 'key' */
  readonly deadLetter?: 'key' | 'event'
  /** The host runs it on the main thread, where it can reach live objects. @default 'worker' */
  readonly runsOn?: 'worker' | 'host'
  /** @default 'beginning' */
  readonly startFrom?: StartFrom
  /** @default 'fail' */
  readonly unknownEvents?: UnknownEvents
}

/** What {@link defineHandler} returns. */
export interface HandlerDefinition<N extends string = string> extends Required<HandlerOptions> {
  readonly name: N
  readonly from: readonly AnyActor[]
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is in defineHandler.
  readonly on: Readonly<Record<string, (event: any, context: HandlerContext) => unknown>>
  /** What is kept in order; `null`: the stream. */
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is in defineHandler.
  readonly key: ((event: any) => string) | null
  readonly retry: RetryPolicy
}

const handlerName = /^[A-Za-z][A-Za-z0-9_.-]*$/

/**
 * Describes a handler.
 *
 * @param name - A letter, then letters, digits, `_`, `.` or `-`; at most 100 characters.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function defineHandler<const N extends string, const A extends readonly AnyActor[]>(
  name: N,
  definition: HandlerOptions & {
    readonly from: A
    readonly on: {
      readonly [K in keyof EventsFrom<A>]?: (
        event: EventsFrom<A>[K],
        context: HandlerContext,
      ) => unknown
    }
    /** What is kept in order. Non-empty, at most 512 bytes. @default the event's stream */
    readonly key?: (event: EventsFrom<A>[keyof EventsFrom<A>]) => string
  },
): HandlerDefinition<N> {
  if (typeof name !== 'string' || name.length > 100 || !handlerName.test(name)) {
    throw new InvalidArgumentError(
      'name of a handler',
      "a letter, then letters, digits, '_', '.' or '-', at most 100 characters",
      name,
    )
  }
  knownKeys(`handler ${name}`, definition, [...Object.keys(defaults), 'retry', 'from', 'on', 'key'])
  assertSubscribes(`handler ${name}`, definition.from, definition.on)
  if (definition.key !== undefined) functionAt(`${name}.key`, definition.key)
  return Object.freeze({
    name,
    from: Object.freeze([...definition.from]),
    on: frozenTable(definition.on),
    key: definition.key ?? null,
    ...parseHandlerOptions(name, definition),
  }) as never
}

const defaults = Object.freeze({
  partitions: 16,
  timeoutMs: 30_000,
  deadLetter: 'key',
  runsOn: 'worker',
  startFrom: 'beginning',
  unknownEvents: 'fail',
} as const)

function parseHandlerOptions(name: string, options: HandlerOptions): Required<HandlerOptions> {
  const timeoutMs = options.timeoutMs ?? defaults.timeoutMs
  const deadLetter = options.deadLetter ?? defaults.deadLetter
  return {
    partitions: integerIn(`${name}.partitions`, options.partitions ?? defaults.partitions, 1, 256),
    timeoutMs: integerIn(`${name}.timeoutMs`, timeoutMs, 1, 3_600_000),
    deadLetter: oneOf(`${name}.deadLetter`, deadLetter, ['key', 'event']),
    runsOn: oneOf(`${name}.runsOn`, options.runsOn ?? defaults.runsOn, ['worker', 'host']),
    startFrom: parseStartFrom(name, options.startFrom),
    unknownEvents: parseUnknownEvents(name, options.unknownEvents),
    retry: parseRetryPolicy(`${name}.retry`, options.retry),
  }
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseStartFrom(name: string, startFrom: StartFrom = defaults.startFrom): StartFrom {
  return typeof startFrom === 'number'
    ? integerIn(`${name}.startFrom`, startFrom, 0, Number.MAX_SAFE_INTEGER)
    : oneOf(`${name}.startFrom`, startFrom, ['beginning', 'end'])
}
