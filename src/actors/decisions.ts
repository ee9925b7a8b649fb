/**
 * Decisions over tags: events that are recorded only if no other event came in between that would have
 * been read.
 *
 * Reads what a query finds, durable or staged, has the caller's function decide, and hands what it
 * returns to the actors as a transaction with the boundary of the query. Where something came in between,
 * it reads and decides again. The store checks the boundary; the actors fold the events.
 *
 * Invariants:
 *   - events are recorded only on top of exactly what the function was given;
 *   - an outcome is given only when everything that was read for it is durable.
 */

import { types } from 'node:util'
import type { Clock } from '../base/clock.js'
import { describeValue } from '../base/errors.js'
import type { IdSource } from '../base/ids.js'
import { copyOfArray, isArray, knownKeys } from '../base/options.js'
import type { AnyActor, Rejection } from '../define/actor.js'
import type { NewEvent, Position, RecordedEvent } from '../events/event.js'
import { parseAggregateId, streamIdOf } from '../events/stream-id.js'
import type { EventStore } from '../store/contracts.js'
import { BoundaryConflictError } from '../store/errors.js'
import type { TagBoundary, TagQuery } from '../store/tags.js'
import type { ActorType } from './actor-type.js'
import type { Answers } from './answers.js'
import { giveUpError, watchCaller } from './caller.js'
import type { Catalog } from './catalog.js'
import {
  type CommandContext,
  type DecideOptions,
  decideOptionNames,
  parseSendOptions,
} from './command.js'
import { reject } from './command-tools.js'
import { errorWithoutCommit } from './commit-outcome.js'
import type { CommitQueue } from './commit-queue.js'
import {
  CommandRejectedError,
  DecideFailedError,
  InvalidDecisionError,
  OverloadedError,
} from './errors.js'
import type { ActorLimits } from './limits.js'
import { TagTurns } from './tag-turns.js'
import type { Transaction } from './transaction.js'
import type { AppendToTransact, Transactions } from './transactions.js'

/** New events for one actor. */
export interface EventsToAppend {
  readonly actor: AnyActor | string
  readonly aggregateId: string
  readonly events: readonly NewEvent[]
}

/** What a decision reads, and how. */
export interface DecisionQuery {
  readonly query: TagQuery
  /** The wanted events that a recorded one is today; `null`: itself. */
  readonly partsOf: (event: RecordedEvent) => readonly RecordedEvent[] | null
}

export interface DecisionTools {
  /** Refuses. `reason` is the domain's own, stable code. */
  readonly reject: (reason: string, message?: string) => Rejection
}

/** Decides: what to append to which actors, nothing (`[]`), or a rejection. Returned data is untrusted. */
export type DecideOverEvents = (events: readonly RecordedEvent[], tools: DecisionTools) => unknown

/** What a durable decision returns. */
export interface DecisionReceipt {
  /** What was recorded, in the order of the log. */
  readonly events: readonly RecordedEvent[]
  /** Position of the last of them. 0: nothing was recorded. */
  readonly position: Position
}

export interface DecisionsOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly ids: IdSource
  readonly limits: ActorLimits
  readonly catalog: Catalog
  readonly answers: Answers
  readonly commits: CommitQueue
  readonly transactions: Transactions
  /** Throws unless decisions are taken now. */
  readonly assertOpen: () => void
}

/** One decision on its way. */
interface Attempted {
  readonly tags: readonly string[]
  readonly shared: CommandContext
  transaction: Transaction | null
  isOver: boolean
}

const tools: DecisionTools = Object.freeze({ reject })
const name = 'runtime.decide'
const nothing: DecisionReceipt = Object.freeze({ events: Object.freeze([]), position: 0 })

/** Most entries of what a function returns: as many as one command may decide at all. */
const entriesMax = 100_000

export class Decisions {
  readonly #options: DecisionsOptions
  readonly #turns = new TagTurns()
  #underWay = 0

  constructor(options: DecisionsOptions) {
    this.#options = options
  }

  /** Decides over what a query finds. Answers as `ActorSystem.decide` says. */
  decide(
    query: DecisionQuery,
    decide: DecideOverEvents,
    options: DecideOptions = {},
  ): Promise<DecisionReceipt> {
    const { ids, limits } = this.#options
    const known = knownKeys('options of decide', options, decideOptionNames)
    const shared = parseSendOptions(known, ids, null)
    const tags = [...new Set(query.query.flatMap((item) => item.tags))]
    const { commandsInFlightMax } = limits
    if (this.#underWay >= commandsInFlightMax) {
      const found = this.#underWay + 1
      throw new OverloadedError('commandsInFlightMax', commandsInFlightMax, found, tags.join(', '))
    }
    return this.#watched({ tags, shared, transaction: null, isOver: false }, query, decide)
  }

  #watched(
    attempted: Attempted,
    query: DecisionQuery,
    decide: DecideOverEvents,
  ): Promise<DecisionReceipt> {
    const { tags, shared } = attempted
    const givenUp = { streamId: tags.join(', '), name, context: shared }
    if (shared.signal?.aborted === true) throw giveUpError(givenUp, 'abort', false)
    return new Promise((resolve, refuse) => {
      const stop = watchCaller(this.#options.clock, shared, (cause) => {
        const { transaction } = attempted
        attempted.isOver = true
        refuse(giveUpError(givenUp, cause, transaction?.isAccepted ?? false))
        transaction?.abandon(giveUpError(givenUp, cause, transaction.isAccepted))
      })
      this.#underWay++
      this.#run(attempted, query, decide)
        .then(resolve, refuse)
        .finally(() => {
          this.#underWay--
          stop()
        })
    })
  }

  async #run(
    attempted: Attempted,
    query: DecisionQuery,
    decide: DecideOverEvents,
  ): Promise<DecisionReceipt> {
    const { limits } = this.#options
    const endTurn = await this.#turns.take(attempted.tags)
    try {
      for (let attempt = 1; attempt <= limits.decisionAttemptsMax; attempt++) {
        if (attempted.isOver) return nothing
        try {
          return await this.#attempt(attempted, query, decide, endTurn)
        } catch (error) {
          if (!(error instanceof BoundaryConflictError)) throw error
        }
      }
      this.#options.answers.countRefused()
      throw new BoundaryConflictError(attempted.tags, limits.decisionAttemptsMax)
    } finally {
      endTurn()
    }
  }

  async #attempt(
    attempted: Attempted,
    query: DecisionQuery,
    decide: DecideOverEvents,
    endTurn: () => void,
  ): Promise<DecisionReceipt> {
    const { store, answers, transactions, assertOpen } = this.#options
    assertOpen()
    const boundary = store.boundaryOf(query.query)
    const events = await this.#read(attempted, query, boundary)
    if (attempted.isOver) return nothing
    assertOpen()
    let appends: readonly AppendToTransact[]
    try {
      appends = this.#decided(attempted.tags, events, decide)
    } catch (error) {
      if (error instanceof CommandRejectedError) answers.countRejected()
      else answers.countRefused()
      endTurn()
      await this.#durable(boundary)
      throw error
    }
    if (appends.length === 0) {
      endTurn()
      await this.#durable(boundary)
      return nothing
    }
    const { transaction, receipts } = transactions.append(appends, attempted.shared, {
      boundary,
      onStaged: endTurn,
    })
    attempted.transaction = transaction
    const recorded = (await receipts).flatMap((receipt) => receipt.events)
    recorded.sort((a, b) => a.position - b.position)
    return { events: recorded, position: recorded.at(-1)!.position }
  }

  async #read(
    { tags }: Attempted,
    { query, partsOf }: DecisionQuery,
    { head, staged }: TagBoundary,
  ): Promise<readonly RecordedEvent[]> {
    const { decisionEventsMax } = this.#options.limits
    const events: RecordedEvent[] = []
    const add = (event: RecordedEvent): void => {
      events.push(...(partsOf(event) ?? [Object.freeze(event)]))
      if (events.length <= decisionEventsMax) return
      const found = events.length
      throw new OverloadedError('decisionEventsMax', decisionEventsMax, found, tags.join(', '))
    }
    for await (const event of this.#options.store.readTagged(query, { to: head })) add(event)
    for (const event of staged) add(event)
    return Object.freeze(events)
  }

  /** Waits for what was read and staged only: nobody may see what is lost. */
  async #durable({ staged }: TagBoundary): Promise<void> {
    if (staged.length === 0) return
    try {
      await this.#options.commits.newestDurable()
    } catch (cause) {
      throw errorWithoutCommit(cause)
    }
  }

  /** Calls the function, and reads what it returned. One entry for each actor. */
  #decided(
    tags: readonly string[],
    events: readonly RecordedEvent[],
    decide: DecideOverEvents,
  ): readonly AppendToTransact[] {
    const where = tags.join(', ')
    let decided: unknown
    try {
      decided = decide(events, tools)
    } catch (error) {
      throw new DecideFailedError(where, name, error)
    }
    const list = isArray(decided) ? copyOfArray(decided, entriesMax) : [decided]
    if (list === undefined) throw invalid(where, describeValue(decided))
    const byStream = new Map<string, { type: ActorType; aggregateId: string; events: NewEvent[] }>()
    for (const each of list) {
      const { type, aggregateId, events: added } = this.#append(where, each)
      const streamId = streamIdOf(type.name, aggregateId)
      const known = byStream.get(streamId)
      if (known === undefined) byStream.set(streamId, { type, aggregateId, events: [...added] })
      else known.events.push(...added)
    }
    return [...byStream.values()]
  }

  #append(where: string, decided: unknown): AppendToTransact {
    const { rejected, message, actor, aggregateId, events } = propertiesOf(where, decided)
    if (typeof rejected === 'string' && rejected.length > 0) {
      const said = typeof message === 'string' ? message : undefined
      throw new CommandRejectedError(where, name, rejected, said)
    }
    const { catalog } = this.#options
    const list = copyOfArray<NewEvent>(events, entriesMax)
    if (list === undefined || list.length === 0) throw invalid(where, describeValue(decided))
    const type = catalog.actorOf(actor as AnyActor)
    return { type, aggregateId: parseAggregateId(type.name, aggregateId), events: list }
  }
}

/** Reads each property once. A getter or a proxy may throw: that too is an invalid decision. */
function propertiesOf(where: string, decided: unknown): { readonly [name: string]: unknown } {
  if (types.isPromise(decided)) decided.catch(() => {})
  if (decided === null || typeof decided !== 'object') throw invalid(where, describeValue(decided))
  try {
    const { rejected, message, actor, aggregateId, events } = decided as Rejection & EventsToAppend
    return { rejected, message, actor, aggregateId, events }
  } catch {
    throw invalid(where, 'an object that throws when it is read')
  }
}

function invalid(where: string, found: string): InvalidDecisionError {
  return new InvalidDecisionError(where, name, `${found}; append(...) of an actor makes them`)
}
