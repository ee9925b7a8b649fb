/**
 * What a host sees of its timers: looking one up, listing them, cancelling.
 *
 * Timers of hosts and of handlers share their names. Setting one is `Runtime.schedule`.
 */

import { type ErrorData, InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys } from '../base/options.js'
import { decodeValue, encodeValue } from '../events/codec.js'
import type { Payload } from '../events/schema.js'
import { InvalidTokenError } from '../subscriptions/errors.js'
import type { Due } from '../timers/due.js'
import { parseTimerName } from './schedule-options.js'
import { hostOwner, type Scheduling } from './scheduling.js'
import { type TimerAction, timerActionOf } from './timer-actions.js'

/** A timer that is set. */
export type TimerInfo = TimerSetting & (TimerCommand | TimerMessage)

/** What a timer sends to an actor. */
export interface TimerCommand {
  readonly kind: 'command'
  readonly actor: string
  readonly aggregateId: string
  readonly command: string
  readonly data: Payload
  readonly saga?: never
  readonly sagaId?: never
  readonly message?: never
}

/** What a timer sends to an instance of a saga. */
export interface TimerMessage {
  readonly kind: 'message'
  readonly saga: string
  readonly sagaId: string
  readonly message: string
  readonly data: unknown
  readonly actor?: never
  readonly aggregateId?: never
  readonly command?: never
}

/** When a timer fires, and how it did so far. */
export interface TimerSetting {
  readonly name: string
  /** Names this setting of the timer; one that replaces it has another. */
  readonly id: string
  /** When it fires next, or should have. */
  readonly dueAt: Date
  /** Its interval; `null`: it fires once. Milliseconds. */
  readonly everyMs: number | null
  /** Which firing comes next, 1-based. */
  readonly occurrence: number
  readonly setAt: Date
  /** How often this firing has failed so far; a rejection by the domain is no failure. */
  readonly failures: number
  /** Of the last of them. */
  readonly error: ErrorData | null
  /** When it is tried next: `dueAt`, or later after failures. */
  readonly nextTryAt: Date
  /** Whether its time has come, and it has not fired. */
  readonly isLate: boolean
}

export interface TimerListOptions {
  /** Only timers whose names begin so. @default all */
  readonly prefix?: string
  /** Integer in [1, 10_000]. @default 100 */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: string | null
}

export interface TimerPage {
  readonly entries: readonly TimerInfo[]
  /** For `after` of the next page; `null`: this was the last. */
  readonly next: string | null
}

export class Timers {
  readonly #scheduling: Scheduling
  readonly #readNowMs: () => number
  readonly #assertOpen: () => void

  /** @param assertOpen - Throws once the runtime is closing: the work store may be gone then. */
  constructor(scheduling: Scheduling, readNowMs: () => number, assertOpen: () => void) {
    this.#scheduling = scheduling
    this.#readNowMs = readNowMs
    this.#assertOpen = assertOpen
  }

  /**
   * Cancels a timer. Resolves when that is durable. One whose time has come may be firing: then its command
   * may be recorded all the same, and it is not fired again.
   *
   * @returns whether there was one.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  async cancel(name: string): Promise<boolean> {
    this.#assertOpen()
    return await this.#scheduling.cancel(parseTimerName(name))
  }

  /** The timer of a name; `undefined`: none is set. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
  async get(name: string): Promise<TimerInfo | undefined> {
    this.#assertOpen()
    const due = this.#scheduling.queue.get({ owner: hostOwner, name: parseTimerName(name) })
    return due === undefined ? undefined : infoOf(due, this.#readNowMs())
  }

  /**
   * Timers in the order of their names, by UTF-8 bytes.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {InvalidTokenError} DRAMATIS_INVALID_TOKEN
   */
  async list(options: TimerListOptions = {}): Promise<TimerPage> {
    this.#assertOpen()
    const given = knownKeys('list', options, ['prefix', 'limit', 'after'])
    const limit = integerIn('list.limit', given.limit ?? 100, 1, 10_000)
    const prefix = parsePrefix(given.prefix)
    const after = given.after == null ? null : { owner: hostOwner, name: nameOf(given.after) }
    const page = this.#scheduling.queue.list({ owner: hostOwner, prefix, limit, after })
    const nowMs = this.#readNowMs()
    return {
      entries: page.entries.map((due) => infoOf(due, nowMs)),
      next: page.next === null ? null : tokenOf(page.next.name),
    }
  }
}

function infoOf(due: Due, nowMs: number): TimerInfo {
  const { name, id, dueAtMs, everyMs, occurrence, setAtMs, failures, error, tryAtMs } = due
  return {
    ...{ name, id, dueAt: new Date(dueAtMs), everyMs, occurrence },
    ...sentBy(timerActionOf(due)),
    ...{ setAt: new Date(setAtMs), failures, error, nextTryAt: new Date(tryAtMs) },
    isLate: dueAtMs <= nowMs,
  }
}

function sentBy(action: TimerAction): TimerCommand | TimerMessage {
  if (action.kind === 'command') {
    const { kind, actor, aggregateId, command, data } = action
    return { kind, actor, aggregateId, command, data }
  }
  const { kind, saga, sagaId, message, data } = action
  return { kind, saga, sagaId, message, data }
}

function parsePrefix(prefix: unknown): string {
  return prefix === undefined || prefix === '' ? '' : parseTimerName(prefix)
}

function tokenOf(name: string): string {
  return encodeValue(['timer', name]).toString('base64url')
}

/** @throws {InvalidTokenError} DRAMATIS_INVALID_TOKEN */
function nameOf(token: unknown): string {
  if (typeof token !== 'string') throw new InvalidArgumentError('list.after', 'a token', token)
  try {
    const [kind, name] = decodeValue(Buffer.from(token, 'base64url')) as unknown[]
    if (kind === 'timer') return parseTimerName(name)
  } catch {
    // Whatever it is, it is no token of ours.
  }
  throw new InvalidTokenError('list of timers')
}
