/**
 * The actor system of one process: takes commands, finds or brings in their actors, and answers when durable.
 *
 * The composition of this folder. The executor decides and stages, the commit queue commits, the
 * residents come and go, the answers are given; this file checks what comes in and says what happens
 * at the turning points: a commit done, a commit failed, closing. Runs per command.
 *
 * States: `open` -> `recovering` -> `open` (a commit failed); `open` or `recovering` -> `closing` ->
 * `closed`. Commands are taken in `open` only.
 *
 * Invariants:
 *   - every promise of `send` and `state` settles, and never before what it rests on is durable;
 *   - a command that is refused at the edge leaves no trace but a count.
 */

import type { Cancel } from '../base/clock.js'
import { ClosedError } from '../base/closed-error.js'
import { integerIn } from '../base/options.js'
import type { AnyActor } from '../define/actor.js'
import { hashCommand } from '../events/command-hash.js'
import type { Payload } from '../events/schema.js'
import { parseAggregateId, streamIdOf } from '../events/stream-id.js'
import { CommitUnknownError, StoreStoppedError } from '../store/errors.js'
import type { Actor } from './actor.js'
import type { ActorSystem, ActorSystemOptions } from './actor-system.js'
import type { ActorType, CommandType } from './actor-type.js'
import { Answers } from './answers.js'
import { type GiveUpCause, giveUpError, watchCaller } from './caller.js'
import { Catalog } from './catalog.js'
import type { ClaimsRebuilt } from './claim-rebuild.js'
import {
  type CommandContext,
  createCommandContext,
  type DecideOptions,
  parseSendOptions,
  type Receipt,
  type SendOptions,
  type TransactOptions,
} from './command.js'
import {
  errorAfterFailedCommit,
  errorBehindFailedCommit,
  errorWithoutCommit,
} from './commit-outcome.js'
import { type CommitGroup, CommitQueue } from './commit-queue.js'
import {
  type DecideOverEvents,
  type DecisionQuery,
  type DecisionReceipt,
  Decisions,
} from './decisions.js'
import { type ActivationFailedError, OverloadedError } from './errors.js'
import { Executor } from './executor.js'
import { type ActorLimits, parseActorLimits } from './limits.js'
import { Message } from './message.js'
import { type Moment, parseMoment } from './moment.js'
import {
  type PastStream,
  readDifference,
  readPastState,
  type StateDifference,
} from './past-state.js'
import { Preparations } from './preparation.js'
import { Releases } from './releases.js'
import { Residents } from './residents.js'
import { isSnapshotDueAtPassivation } from './snapshot-policy.js'
import { SnapshotWriter, snapshotOf } from './snapshot-writer.js'
import { type ActorSystemPhase, type ActorSystemStatus, actorSystemStatus } from './status.js'
import { recoverStore } from './store-recovery.js'
import { type CommandToTransact, Transactions } from './transactions.js'
import { claimOwnerOf, rebuildClaimsOf } from './type-claims.js'

const closeDeadlineMs = 10_000
/** Outcomes handed out at each turn of the event loop: with fewer the commits become many, with more late. */
const messagesPerTurn = 128

export class LocalActorSystem implements ActorSystem {
  readonly #options: ActorSystemOptions
  readonly #limits: ActorLimits
  readonly #catalog: Catalog
  readonly #answers: Answers
  readonly #commits: CommitQueue
  readonly #releases: Releases
  readonly #residents: Residents
  readonly #executor: Executor
  readonly #snapshots: SnapshotWriter
  readonly #preparations: Preparations
  readonly #transactions: Transactions
  readonly #decisions: Decisions
  #phase: ActorSystemPhase = 'open'
  #commitFailures = 0
  #cancelRecovery: Cancel | null = null
  #closing: Promise<void> | null = null

  constructor(options: ActorSystemOptions) {
    const { store, clock, random } = options
    this.#options = options
    const limits = parseActorLimits(options.limits)
    this.#limits = limits
    this.#catalog = new Catalog(options.actors)
    this.#answers = new Answers(clock)
    this.#snapshots = new SnapshotWriter(store, limits.snapshotsPendingMax)
    this.#preparations = new Preparations({
      onPrepared: (message) =>
        message.transaction === null
          ? this.#deliver(message)
          : this.#transactions.prepared(message),
      onFailed: (message, error) => this.#answers.fail(message, error),
    })
    this.#releases = new Releases(messagesPerTurn, {
      onReleased: (group, from, to) => this.#release(group, from, to),
      onGroupDone: (group) => this.#groupDone(group),
    })
    this.#commits = new CommitQueue(store, limits.commitEventsMax, {
      onRoom: () => this.#executor.drainStalled(),
      onCommitted: (group) => this.#releases.add(group),
      onFailed: (group, unwritten, error) => this.#commitFailed(group, unwritten, error),
    })
    const listener = {
      onActive: (actor: Actor) => this.#executor.drain(actor),
      onActivationFailed: (actor: Actor, error: ActivationFailedError) =>
        this.#failWaiting(actor, error),
      onPassivated: (actor: Actor) => this.#passivated(actor),
    }
    this.#residents = new Residents({ store, clock, random, limits, listener }, this.#catalog.types)
    const [answers, commits, residents] = [this.#answers, this.#commits, this.#residents]
    const snapshots = this.#snapshots
    this.#executor = new Executor({ store, clock, limits, answers, commits, residents, snapshots })
    this.#transactions = new Transactions({
      ...{ clock, limits, answers, residents },
      ids: options.ids,
      catalog: this.#catalog,
      executor: this.#executor,
      preparations: this.#preparations,
      assertDelivers: () => {
        if (this.#phase === 'recovering') throw this.#recoveringError()
      },
    })
    this.#decisions = new Decisions({
      ...{ store, clock, limits, answers, commits },
      ids: options.ids,
      catalog: this.#catalog,
      transactions: this.#transactions,
      assertOpen: () => this.#assertOpen(),
    })
  }

  send(
    actor: AnyActor | string,
    aggregateId: string,
    name: string,
    payload: unknown,
    options?: SendOptions,
  ): Promise<Receipt> {
    try {
      const type = this.#catalog.actorOf(actor)
      const command = this.#catalog.commandOf(type, name)
      this.#assertTakes(type, aggregateId)
      const sent = command.payload.copy(payload)
      const checked = command.payload.recheck(sent)
      const context = this.#contextOf(name, sent, options)
      return this.#begin(type, aggregateId, command, checked, context)
    } catch (error) {
      this.#answers.countRefused()
      return Promise.reject(error)
    }
  }

  check(actor: AnyActor | string, aggregateId: string, name: string, payload: unknown): Payload {
    const type = this.#catalog.actorOf(actor)
    const command = this.#catalog.commandOf(type, name)
    parseAggregateId(type.name, aggregateId)
    const sent = command.payload.copy(payload)
    command.payload.recheck(sent)
    return sent
  }

  transact(
    commands: readonly CommandToTransact[],
    options?: TransactOptions,
  ): Promise<readonly Receipt[]> {
    try {
      this.#assertOpen()
      return this.#transactions.transact(commands, options)
    } catch (error) {
      this.#answers.countRefused()
      return Promise.reject(error)
    }
  }

  decide(
    query: DecisionQuery,
    decide: DecideOverEvents,
    options?: DecideOptions,
  ): Promise<DecisionReceipt> {
    try {
      this.#assertOpen()
      return this.#decisions.decide(query, decide, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  state(actor: AnyActor | string, aggregateId: string): Promise<unknown> {
    try {
      const type = this.#catalog.actorOf(actor)
      this.#assertTakes(type, aggregateId)
      return this.#ask(type, aggregateId, null)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async stateAt(actor: AnyActor | string, aggregateId: string, moment: Moment): Promise<unknown> {
    const stream = this.#streamOf(actor, aggregateId)
    return (await readPastState(stream, parseMoment('state', moment))).state
  }

  async difference(
    actor: AnyActor | string,
    aggregateId: string,
    before: Moment,
    after?: Moment,
  ): Promise<StateDifference> {
    const stream = this.#streamOf(actor, aggregateId)
    const earlier = parseMoment('diff.before', before)
    const later = after === undefined ? null : parseMoment('diff.after', after)
    return readDifference(stream, earlier, later)
  }

  async deleteSnapshot(actor: AnyActor | string, aggregateId: string): Promise<void> {
    const { type, streamId } = this.#streamOf(actor, aggregateId)
    this.#residents.forgetSnapshot(type, aggregateId)
    await this.#snapshots.delete(streamId)
  }

  async deleteSnapshots(): Promise<void> {
    this.#assertNotClosing()
    this.#residents.forgetSnapshots()
    await this.#snapshots.deleteAll()
  }

  async claimOwner(
    actor: AnyActor | string,
    claim: string,
    value: string,
  ): Promise<string | undefined> {
    return await claimOwnerOf(this.#options.store, this.#catalog.actorOf(actor), claim, value)
  }

  async rebuildClaims(actor: AnyActor | string): Promise<ClaimsRebuilt> {
    this.#assertOpen()
    const type = this.#catalog.actorOf(actor)
    return await rebuildClaimsOf(
      this.#options.store,
      type,
      this.#executor,
      (aggregateId, question) => this.#ask(type, aggregateId, question),
    )
  }

  async reread(actors: ReadonlySet<string>): Promise<number> {
    const isConcerned = (type: ActorType): boolean => actors.has(type.name)
    const count = await this.#residents.reread(isConcerned)
    await this.#snapshots.drop(isConcerned)
    return count
  }

  status(): ActorSystemStatus {
    return actorSystemStatus(this.#phase, this.#commitFailures, {
      answers: this.#answers,
      commits: this.#commits,
      residents: this.#residents,
      snapshots: this.#snapshots,
    })
  }

  close(deadlineMs: number = closeDeadlineMs): Promise<void> {
    this.#closing ??= this.#close(integerIn('deadlineMs', deadlineMs, 0, 2_147_483_647))
    return this.#closing
  }

  #ask(type: ActorType, aggregateId: string, question: Message['question']): Promise<unknown> {
    const message = new Message(type, aggregateId, null, null, null)
    message.question = question
    return new Promise((resolve, reject) => {
      message.resolve = resolve
      message.reject = reject
      this.#answers.begin(message)
      this.#deliver(message)
    })
  }

  #assertNotClosing(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') throw new ClosedError('the runtime')
  }

  #assertOpen(): void {
    this.#assertNotClosing()
    if (this.#phase === 'recovering') throw this.#recoveringError()
  }

  /** What the past of an actor is read from: its stream, not the actor. */
  #streamOf(actor: AnyActor | string, aggregateId: string): PastStream {
    const type = this.#catalog.actorOf(actor)
    this.#assertNotClosing()
    const { store, clock } = this.#options
    const streamId = streamIdOf(type.name, parseAggregateId(type.name, aggregateId))
    return { store, clock, type, streamId }
  }

  #assertTakes(type: ActorType, aggregateId: unknown): void {
    this.#assertOpen()
    if (typeof aggregateId !== 'string') parseAggregateId(type.name, aggregateId)
    const { commandsInFlightMax } = this.#limits
    const { inFlight } = this.#answers
    if (inFlight < commandsInFlightMax) return
    const streamId = streamIdOf(type.name, parseAggregateId(type.name, aggregateId))
    throw new OverloadedError('commandsInFlightMax', commandsInFlightMax, inFlight + 1, streamId)
  }

  /** @param sent - The payload as the caller sent it: a repeat is told by it, not by what became of it. */
  #contextOf(name: string, sent: Payload, options: SendOptions | undefined): CommandContext {
    const { ids } = this.#options
    if (options === undefined) return createCommandContext(ids)
    const isHashed = this.#limits.commandWindowEvents > 0
    return parseSendOptions(options, ids, isHashed ? () => hashCommand(name, sent) : null)
  }

  #recoveringError(): StoreStoppedError {
    return new StoreStoppedError('a commit failed, and the store is being opened again')
  }

  #begin(
    type: ActorType,
    aggregateId: string,
    command: CommandType,
    payload: Payload,
    context: CommandContext,
  ): Promise<Receipt> {
    const message = new Message(type, aggregateId, command, payload, context)
    if (context.signal?.aborted === true) throw giveUpError(message, 'abort', false)
    const isPrepared = command.definition.prepare !== undefined
    if (isPrepared) parseAggregateId(type.name, aggregateId)
    return new Promise((resolve, reject) => {
      message.resolve = resolve
      message.reject = reject
      this.#answers.begin(message)
      if (context.isWatched) this.#watch(message)
      if (isPrepared) this.#preparations.begin(message)
      else this.#deliver(message)
    })
  }

  #watch(message: Message): void {
    message.stopWatching = watchCaller(this.#options.clock, message.context!, (cause) =>
      this.#giveUp(message, cause),
    )
  }

  #deliver(message: Message): void {
    try {
      if (this.#phase === 'recovering') throw this.#recoveringError()
      const actor = this.#residents.wake(message.type, message.aggregateId)
      this.#executor.deliver(actor, message)
    } catch (error) {
      this.#answers.fail(message, error)
    }
  }

  #giveUp(message: Message, cause: GiveUpCause): void {
    if (message.stage === 'answered') return
    // One that is running right now may stage yet.
    const isAccepted =
      message.stage === 'running' || message.events.length > 0 || message.isDuplicate
    this.#abandon(message, giveUpError(message, cause, isAccepted))
  }

  /** Takes a message out of wherever it waits and answers it. */
  #abandon(message: Message, error: unknown): void {
    if (message.transaction !== null) {
      this.#transactions.abandon(message, error)
      return
    }
    if (message.stage === 'waiting') message.actor!.remove(message)
    this.#answers.giveUp(message, error)
    this.#preparations.abandon(message, error)
  }

  #release({ messages }: CommitGroup, from: number, to: number): void {
    const nowMs = this.#options.clock.elapsedMs()
    for (let at = from; at < to; at++) {
      const message = messages[at]!
      const actor = message.actor!
      if (actor.newest === message) {
        actor.newest = null
        actor.group = null
        if (!this.#residents.refreshIfStale(actor)) this.#residents.rest(actor, nowMs)
      }
      message.remembered?.landed()
      this.#answers.settle(message)
    }
  }

  #groupDone(group: CommitGroup): void {
    for (const task of group.snapshots) this.#snapshots.add(task)
    this.#options.onEvents?.(group.events)
  }

  #passivated(actor: Actor): void {
    const { snapshot } = actor.type
    if (snapshot === null) return
    if (!isSnapshotDueAtPassivation(snapshot, actor.versionKept, actor.version)) return
    this.#snapshots.add(snapshotOf(actor))
  }

  /** Nothing in memory can be trusted to equal the disk: everything is dropped and read back. */
  #commitFailed(group: CommitGroup, unwritten: CommitGroup, error: unknown): void {
    this.#commitFailures++
    // What is durable stays so, and comes first.
    this.#releases.flush()
    const actors = this.#residents.dropAll()
    const hasToRecover = this.#phase === 'open'
    if (hasToRecover) this.#phase = 'recovering'
    for (const message of group.messages) {
      this.#answers.fail(message, errorAfterFailedCommit(message, error))
    }
    for (const message of unwritten.messages) {
      this.#answers.fail(message, errorBehindFailedCommit(message, group, error))
    }
    for (const actor of actors) this.#failWaiting(actor, errorWithoutCommit(error))
    if (!hasToRecover) return
    this.#cancelRecovery = recoverStore({ ...this.#options, limits: this.#limits }, (landed) => {
      this.#cancelRecovery = null
      this.#commits.reset()
      this.#phase = 'open'
      if (landed.length > 0) this.#options.onEvents?.(landed)
    })
  }

  #failWaiting(actor: Actor, error: Error): void {
    for (const message of actor.takeAll()) this.#answers.fail(message, error)
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#phase = 'closing'
    this.#cancelRecovery?.()
    const drained = this.#drain()
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.schedule(deadlineMs, resolve)
      drained.then(() => {
        cancel()
        resolve()
      }, resolve)
    })
    this.#abandonAll()
    this.#residents.stop()
    this.#snapshots.clear()
    this.#phase = 'closed'
  }

  /** Closing lets go of every actor: those that are kept when let go are kept now. */
  async #drain(): Promise<void> {
    await this.#answers.drain()
    this.#residents.passivateIdle()
    await this.#snapshots.drain()
  }

  /** Past the deadline: answers whatever is left. */
  #abandonAll(): void {
    this.#releases.flush()
    const closed = new ClosedError('the runtime')
    for (const message of this.#preparations.underWay()) this.#abandon(message, closed)
    this.#commits.abandonWaiters(closed)
    for (const actor of this.#residents.dropAll()) this.#failWaiting(actor, closed)
    for (const message of this.#commits.unsettled()) {
      if (message.stage === 'answered') continue
      const what = `${message.name} on ${message.streamId} was not durable when the runtime closed`
      this.#abandon(message, message.isWriting ? new CommitUnknownError(what) : closed)
    }
  }
}
