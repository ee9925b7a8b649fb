/**
 * Transactions: commands of several actors that are recorded in one commit, all or none.
 *
 * Checks what comes in, has every command prepared, and puts all of them into the mailboxes of their
 * actors in one step. From there the executor runs them; what ends a transaction early ends here.
 *
 * Invariants:
 *   - a transaction that is refused at the edge leaves no trace but a count;
 *   - one that comes to nothing leaves no message behind, and holds no actor.
 */

import type { Clock } from '../base/clock.js'
import { createDeferred } from '../base/deferred.js'
import { InvalidArgumentError } from '../base/errors.js'
import type { IdSource } from '../base/ids.js'
import { arrayAt, knownKeys, propertiesAt } from '../base/options.js'
import type { AnyActor } from '../define/actor.js'
import { hashCommand } from '../events/command-hash.js'
import type { EventValue, NewEvent } from '../events/event.js'
import { compileSchema, type Payload } from '../events/schema.js'
import { parseAggregateId, streamIdOf } from '../events/stream-id.js'
import type { Actor } from './actor.js'
import type { ActorType, CommandType } from './actor-type.js'
import type { Answers } from './answers.js'
import { type GiveUpCause, giveUpError, watchCaller } from './caller.js'
import type { Catalog } from './catalog.js'
import {
  type CommandContext,
  type CommandOptions,
  contextInTransaction,
  parseSendOptions,
  type Receipt,
  type TransactOptions,
  transactOptionNames,
} from './command.js'
import { OverloadedError } from './errors.js'
import type { Executor } from './executor.js'
import type { ActorLimits } from './limits.js'
import { Message } from './message.js'
import type { Preparations } from './preparation.js'
import type { Residents } from './residents.js'
import { Transaction, type TransactionCondition } from './transaction.js'

/** A command that has not been sent: one of a transaction. */
export interface CommandToTransact {
  readonly actor: AnyActor | string
  readonly aggregateId: string
  readonly command: string
  readonly payload: unknown
  readonly options?: CommandOptions
}

export interface TransactionsOptions {
  readonly clock: Clock
  readonly ids: IdSource
  readonly limits: ActorLimits
  readonly catalog: Catalog
  readonly answers: Answers
  readonly residents: Residents
  readonly executor: Executor
  readonly preparations: Preparations
  /** Throws unless messages can be delivered now. */
  readonly assertDelivers: () => void
}

/** New events of one actor, which no command decided. */
export interface AppendToTransact {
  readonly type: ActorType
  readonly aggregateId: string
  readonly events: readonly NewEvent[]
}

export interface Begun {
  readonly transaction: Transaction
  readonly receipts: Promise<readonly Receipt[]>
}

/** A command that was checked. */
const commandNames = ['actor', 'aggregateId', 'command', 'payload', 'options']

interface CheckedCommand {
  readonly type: ActorType
  readonly aggregateId: string
  readonly streamId: string
  readonly command: CommandType
  readonly sent: Payload
  readonly payload: Payload
  readonly options: CommandOptions
}

export class Transactions {
  readonly #options: TransactionsOptions

  constructor(options: TransactionsOptions) {
    this.#options = options
  }

  /** Begins a transaction, or throws what is wrong with it. Answers as `ActorSystem.transact` says. */
  transact(
    commands: readonly CommandToTransact[],
    given: TransactOptions = {},
  ): Promise<readonly Receipt[]> {
    const { ids, limits } = this.#options
    const options = knownKeys('options of transact', given, transactOptionNames)
    const shared = parseSendOptions(options, ids, null)
    const checked = this.#check(commands)
    const isNamed = options.commandId !== undefined && limits.commandWindowEvents > 0
    const hash = isNamed ? hashCommand('transact', checked.map(contentOf)) : undefined
    const messages = checked.map(
      ({ type, aggregateId, command, payload, options: own }, at) =>
        new Message(
          type,
          aggregateId,
          command,
          payload,
          contextInTransaction(shared, at, own, hash),
        ),
    )
    return this.#begin(messages, shared, null).receipts
  }

  /**
   * Begins a transaction of events that were decided already. Who gives up is the caller's to watch.
   *
   * @throws {OverloadedError} DRAMATIS_OVERLOADED: `transactActorsMax`
   */
  append(
    appends: readonly AppendToTransact[],
    shared: CommandContext,
    condition: TransactionCondition,
  ): Begun {
    const { transactActorsMax } = this.#options.limits
    const messages = appends.map(({ type, aggregateId, events }, at) => {
      const context = contextInTransaction(shared, at, {}, undefined)
      return new Message(type, aggregateId, commandOf(events), null, context)
    })
    if (messages.length > transactActorsMax) {
      const { streamId } = messages[transactActorsMax]!
      throw new OverloadedError('transactActorsMax', transactActorsMax, messages.length, streamId)
    }
    return this.#begin(messages, { ...shared, isWatched: false }, condition)
  }

  /** A message of a transaction has been prepared. */
  prepared(message: Message): void {
    const transaction = message.transaction!
    transaction.unprepared--
    if (transaction.unprepared === 0) this.#deliver(transaction)
  }

  #check(commands: readonly CommandToTransact[]): readonly CheckedCommand[] {
    const { transactActorsMax } = this.#options.limits
    const list = arrayAt('commands', commands)
    if (list.length === 0) {
      throw new InvalidArgumentError('commands', 'a list of at least one command', commands)
    }
    const checked: CheckedCommand[] = []
    const streamIds = new Set<string>()
    for (const [at, each] of list.entries()) {
      const command = this.#checkOne(at, each)
      if (at === transactActorsMax) {
        const { streamId } = command
        throw new OverloadedError('transactActorsMax', at, list.length, streamId)
      }
      checked.push(command)
      streamIds.add(command.streamId)
      if (streamIds.size === checked.length) continue
      const expected = 'for actors of which each appears once'
      throw new InvalidArgumentError('commands', expected, command.streamId)
    }
    return checked
  }

  #checkOne(at: number, given: CommandToTransact): CheckedCommand {
    const { catalog } = this.#options
    const {
      actor,
      aggregateId,
      command: name,
      payload,
      options = {},
    } = propertiesAt(`commands[${at}]`, given, commandNames)
    const type = catalog.actorOf(actor)
    const command = catalog.commandOf(type, name)
    const streamId = streamIdOf(type.name, parseAggregateId(type.name, aggregateId))
    const sent = command.payload.copy(payload)
    return {
      type,
      aggregateId,
      streamId,
      command,
      sent,
      payload: command.payload.recheck(sent),
      options,
    }
  }

  #begin(
    messages: readonly Message[],
    shared: CommandContext,
    condition: TransactionCondition | null,
  ): Begun {
    const { answers, preparations } = this.#options
    const first = messages[0]!
    this.#assertRoom(messages)
    if (shared.signal?.aborted === true) throw this.#giveUpError(first, shared, 'abort', false)
    const { promise: receipts, resolve, reject } = createDeferred<readonly Receipt[]>()
    const abandon = (failed: Transaction, error: unknown): void => {
      for (const message of failed.messages) this.abandon(message, error)
    }
    const transaction = new Transaction(messages, { resolve, reject, abandon }, condition)
    for (const message of messages) answers.begin(message)
    if (shared.isWatched) this.#watch(transaction, shared)
    const toPrepare = messages.filter(({ command }) => command!.definition.prepare !== undefined)
    transaction.unprepared = toPrepare.length
    for (const message of toPrepare) preparations.begin(message)
    if (toPrepare.length === 0) this.#deliver(transaction)
    return { transaction, receipts }
  }

  #assertRoom(messages: readonly Message[]): void {
    const { answers, limits } = this.#options
    const found = answers.inFlight + messages.length
    if (found <= limits.commandsInFlightMax) return
    const { streamId } = messages[0]!
    throw new OverloadedError('commandsInFlightMax', limits.commandsInFlightMax, found, streamId)
  }

  #watch(transaction: Transaction, shared: CommandContext): void {
    transaction.stopWatching = watchCaller(this.#options.clock, shared, (cause) => {
      const first = transaction.messages[0]!
      const error = this.#giveUpError(first, shared, cause, transaction.isAccepted)
      this.abandon(first, error)
    })
  }

  #giveUpError(
    first: Message,
    context: CommandContext,
    cause: GiveUpCause,
    isAccepted: boolean,
  ): Error {
    const { streamId } = first
    return giveUpError({ streamId, name: 'a transaction', context }, cause, isAccepted)
  }

  /** Wakes every actor first: whatever cannot be woken is found before anything waits anywhere. */
  #deliver(transaction: Transaction): void {
    const { residents, executor, clock, assertDelivers } = this.#options
    if (transaction.isOver) return
    const woken: Actor[] = []
    try {
      assertDelivers()
      for (const message of transaction.messages) {
        const actor = residents.wake(message.type, message.aggregateId)
        woken.push(actor)
        message.actor = actor
      }
      executor.deliverTogether(transaction)
    } catch (error) {
      for (const actor of woken) residents.rest(actor, clock.elapsedMs())
      this.abandon(transaction.messages[0]!, error)
    }
  }

  /** Takes a message out of wherever it waits and answers it; its transaction then fails with it. */
  abandon(message: Message, error: unknown): void {
    const { answers, preparations, executor } = this.#options
    const { actor, stage } = message
    if (stage === 'answered') return
    if (stage === 'waiting' || stage === 'held') actor!.remove(message)
    answers.giveUp(message, error)
    preparations.abandon(message, error)
    if (stage === 'held') executor.release(actor!)
    else if (stage === 'waiting') executor.drainSoon(actor!)
  }
}

/** What tells a transaction from another one of its name. */
function contentOf({ streamId, command, sent }: CheckedCommand): EventValue {
  return [streamId, command.name, sent]
}

const noPayload = compileSchema('command of a decision', {})

/** Events that were decided outside of their actor go through it as a command that has decided them. */
function commandOf(events: readonly NewEvent[]): CommandType {
  const definition = { schema: {}, decide: () => events }
  return { name: 'runtime.decide', definition, payload: noPayload }
}
