/**
 * Dead letters: the parked keys of all handlers, and what an operator can do about them.
 *
 * A parked key stands with the event that failed; everything that came after waits behind it, by
 * reference and in order. Redrive works through the key in order and lets it flow again; discard gives
 * up the one event and goes on with the rest. This file selects keys; the ledgers write.
 */

import assert from 'node:assert/strict'
import { type ErrorData, InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys } from '../base/options.js'
import type { HandlerDefinition } from '../define/handler.js'
import { decodeValue, encodeValue } from '../events/codec.js'
import type { Position } from '../events/event.js'
import { encodeTableKey } from '../store/table-key.js'
import { InvalidTokenError } from './errors.js'
import type { HandlerSubscription } from './handler-subscription.js'
import type { ParkCause } from './retry-policy.js'
import type { KeyName, KeyRow, WorkStore } from './work-store.js'

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

/** Where a parked key stands among all. */
interface Place extends KeyName {
  readonly handler: string
}

interface ParkedKey extends KeyRow {
  readonly handler: string
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
    const behind = options.after == null ? null : placeOf(options.after)
    const found: ParkedKey[] = []
    for (const each of this.#parkedKeys(options, behind)) {
      // The one beyond the page says that there is another.
      if (found.push(each) > limit) break
    }
    const entries = found.slice(0, limit).map((each) => this.#letterOf(each))
    return { entries, next: found.length > limit ? tokenOf(entries.at(-1)!) : null }
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
    return [...this.#parkedKeys(filter, null)].map((each) => this.#letterOf(each))
  }

  /** By handler, partition and key, as of one moment, as long as they are taken without a pause. */
  *#parkedKeys(filter: DeadLetterFilter, behind: Place | null): Generator<ParkedKey> {
    this.#assertOpen()
    this.#work.refresh()
    for (const handler of this.#handlersIn(filter)) {
      if (behind !== null && handler < behind.handler) continue
      const first = behind?.handler === handler ? behind : null
      for (const row of this.#work.keysBehind(handler, filter.partition, first)) {
        if (isWanted(row, filter)) yield { handler, ...row }
      }
    }
  }

  #handlersIn(filter: DeadLetterFilter): readonly string[] {
    if (filter.handler === undefined) return [...this.#handlers.keys()].sort()
    const handler = nameOf(filter)
    if (this.#handlers.has(handler)) return [handler]
    const known = [...this.#handlers.keys()].join(', ') || 'none'
    throw new InvalidArgumentError('handler', `a handler of the app (${known})`, handler)
  }

  #letterOf({ handler, partition, key, blocked }: ParkedKey): DeadLetter {
    return {
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
    }
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

function isWanted({ key, blocked }: KeyRow, filter: DeadLetterFilter): boolean {
  if (blocked.state !== 'parked') return false
  if (filter.key !== undefined && filter.key !== key) return false
  if (filter.cause !== undefined && filter.cause !== blocked.cause) return false
  return filter.errorCode === undefined || filter.errorCode === blocked.error.code
}

function nameOf({ handler }: DeadLetterFilter): string {
  return typeof handler === 'string' ? handler : (handler?.name ?? '')
}

function countEvents(letters: readonly DeadLetter[]): number {
  return letters.reduce((sum, letter) => sum + letter.queued, 0)
}

function tokenOf({ handler, partition, key }: Place): string {
  return encodeValue([handler, partition, key]).toString('base64url')
}

/** What {@link tokenOf} has written. @throws {InvalidTokenError} DRAMATIS_INVALID_TOKEN */
function placeOf(token: unknown): Place {
  try {
    assert(typeof token === 'string')
    const place = decodeValue(Buffer.from(token, 'base64url')) as readonly unknown[]
    const [handler, partition, key] = place as readonly [string, number, string]
    assert(typeof handler === 'string' && typeof partition === 'number' && typeof key === 'string')
    // Throws for what cannot be a key: a text with a zero in it, a number that is none, too many bytes.
    encodeTableKey('keys', [handler, partition, key])
    return { handler, partition, key }
  } catch {
    throw new InvalidTokenError('list')
  }
}
