/**
 * Dead letters: the parked keys of all handlers, and what an operator can do about them.
 *
 * A parked key stands with the event that failed; everything that came after waits behind it, by
 * reference and in order. Redrive works through the key in order and lets it flow again; discard gives
 * up the one event and goes on with the rest. This file selects keys; the ledgers write.
 */

import { type ErrorData, InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys } from '../base/options.js'
import type { HandlerDefinition } from '../define/handler.js'
import { decodeValue, encodeValue } from '../events/codec.js'
import type { Position } from '../events/event.js'
import { InvalidTokenError } from './errors.js'
import type { HandlerSubscription } from './handler-subscription.js'
import type { ParkCause } from './retry-policy.js'
import type { KeyName, WorkStore } from './work-store.js'

/** A parked key. */
export interface DeadLetter {
  readonly handler: string
  readonly partition: number
  readonly key: string
  /** Position of the event that failed. */
  readonly position: Position
  /** Number of its last attempt, 1-based, as its handler was told. */
  readonly attempts: number
  readonly cause: ParkCause
  readonly error: ErrorData
  readonly parkedAt: Date
  /** Events that wait, the failed one included. */
  readonly queued: number
  /** How often the event was redriven before. */
  readonly redrives: number
}

/** Which dead letters: all conditions that are given must hold; none given: all of them. */
export interface DeadLetterFilter {
  readonly handler?: HandlerDefinition | string
  readonly partition?: number
  readonly key?: string
  readonly cause?: ParkCause
  /** The code of the error that parked it. */
  readonly errorCode?: string
}

export interface ListOptions extends DeadLetterFilter {
  /** Integer in [1, 10_000]. @default 100 */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: string | null
}

/** What a redrive or a discard did, or with `dryRun` would do. */
export interface DeadLetterResult {
  readonly keys: number
  /** Redrive: events that will be tried again. Discard: events given up. */
  readonly events: number
}

const filterKeys = ['handler', 'partition', 'key', 'cause', 'errorCode']

export class DeadLetters {
  readonly #work: WorkStore
  readonly #handlers: ReadonlyMap<string, HandlerSubscription>

  readonly #assertOpen: () => void

  /** @param assertOpen - Throws once the runtime is closing: the work store may be gone then. */
  constructor(
    work: WorkStore,
    handlers: ReadonlyMap<string, HandlerSubscription>,
    assertOpen: () => void,
  ) {
    this.#work = work
    this.#handlers = handlers
    this.#assertOpen = assertOpen
  }

  /**
   * Dead letters by handler, partition and key.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {InvalidTokenError} DRAMATIS_INVALID_TOKEN
   */
  async list(
    given: ListOptions = {},
  ): Promise<{ readonly entries: readonly DeadLetter[]; readonly next: string | null }> {
    const options = knownKeys('list', given, [...filterKeys, 'limit', 'after'])
    const limit = integerIn('list.limit', options.limit ?? 100, 1, 10_000)
    const all = this.#select(options)
    const start = options.after == null ? 0 : indexAfter(all, options.after)
    const entries = all.slice(start, start + limit)
    const isLast = start + limit >= all.length
    return { entries, next: isLast ? null : tokenOf(entries.at(-1)!) }
  }

  /**
   * Tries parked keys again, each in order. Resolves once that is written; the tries follow.
   *
   * @param options.dryRun - Says what would be redriven and does nothing.
   */
  async redrive(
    filter: DeadLetterFilter = {},
    options: { readonly dryRun?: boolean } = {},
  ): Promise<DeadLetterResult> {
    const letters = this.#select(knownKeys('redrive', filter, filterKeys))
    const { dryRun } = knownKeys('redrive options', options, ['dryRun'])
    if (dryRun === true) return { keys: letters.length, events: countEvents(letters) }
    const redriven = await this.#forEachHandler(letters, (handler, names) => handler.redrive(names))
    return { keys: redriven.length, events: countEvents(redriven) }
  }

  /**
   * Gives up the failed event of parked keys, for a reason that is kept. What waited behind goes on.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT without a reason
   */
  async discard(
    filter: DeadLetterFilter,
    options: { readonly reason: string; readonly dryRun?: boolean },
  ): Promise<DeadLetterResult> {
    const wanted = knownKeys('discard', filter, filterKeys)
    const { reason, dryRun } = knownKeys('discard options', options, ['reason', 'dryRun'])
    if (typeof reason !== 'string' || reason.trim() === '' || reason.length > 1_000) {
      throw new InvalidArgumentError('discard.reason', 'a text of 1 to 1,000 characters', reason)
    }
    const letters = this.#select(wanted)
    if (dryRun === true) return { keys: letters.length, events: letters.length }
    const text = reason.toWellFormed()
    const given = await this.#forEachHandler(letters, (each, names) => each.discard(names, text))
    return { keys: given.length, events: given.length }
  }

  #select(filter: DeadLetterFilter): DeadLetter[] {
    this.#assertOpen()
    this.#work.refresh()
    const handlers =
      filter.handler === undefined ? [...this.#handlers.keys()].sort() : [nameOf(filter)]
    return handlers.flatMap((handler) => this.#selectFrom(handler, filter))
  }

  #selectFrom(handler: string, filter: DeadLetterFilter): DeadLetter[] {
    if (!this.#handlers.has(handler)) {
      const known = [...this.#handlers.keys()].join(', ') || 'none'
      throw new InvalidArgumentError('handler', `a handler of the app (${known})`, handler)
    }
    const letters: DeadLetter[] = []
    for (const { partition, key, blocked } of this.#work.readKeys(handler, filter.partition)) {
      if (blocked.state !== 'parked') continue
      if (filter.key !== undefined && filter.key !== key) continue
      if (filter.cause !== undefined && filter.cause !== blocked.cause) continue
      if (filter.errorCode !== undefined && filter.errorCode !== blocked.error.code) continue
      letters.push({
        handler,
        partition,
        key,
        position: blocked.position,
        attempts: blocked.attempt,
        cause: blocked.cause!,
        error: blocked.error,
        parkedAt: new Date(blocked.parkedAtMs!),
        queued: this.#work.readQueue(handler, { partition, key }).length,
        redrives: blocked.redrives,
      })
    }
    return letters
  }

  /** @returns the letters that were still parked when it was written. */
  async #forEachHandler(
    letters: readonly DeadLetter[],
    change: (
      handler: HandlerSubscription,
      names: readonly KeyName[],
    ) => Promise<readonly KeyName[]>,
  ): Promise<DeadLetter[]> {
    const changed: DeadLetter[] = []
    for (const [name, handler] of this.#handlers) {
      const own = letters.filter((letter) => letter.handler === name)
      if (own.length === 0) continue
      const done = new Set((await change(handler, own)).map((each) => each.key))
      changed.push(...own.filter((letter) => done.has(letter.key)))
    }
    return changed
  }
}

function nameOf({ handler }: DeadLetterFilter): string {
  return typeof handler === 'string' ? handler : (handler?.name ?? '')
}

function countEvents(letters: readonly DeadLetter[]): number {
  return letters.reduce((sum, letter) => sum + letter.queued, 0)
}

function tokenOf({ handler, partition, key }: DeadLetter): string {
  return encodeValue([handler, partition, key]).toString('base64url')
}

/** Where the first letter behind the token stands; letters are in the order of their names. */
function indexAfter(letters: readonly DeadLetter[], token: string): number {
  if (typeof token !== 'string') throw new InvalidTokenError('list')
  const last = letters.findIndex((letter) => tokenOf(letter) === token)
  if (last >= 0) return last + 1
  try {
    const [handler, partition, key] = decodeValue(
      Buffer.from(token, 'base64url'),
    ) as unknown as readonly [string, number, string]
    const later = letters.findIndex(
      (each) =>
        each.handler > handler ||
        (each.handler === handler &&
          (each.partition > partition || (each.partition === partition && each.key > key))),
    )
    return later < 0 ? letters.length : later
  } catch {
    throw new InvalidTokenError('list')
  }
}
