/**
 * The executor: runs messages on actors, one at a time, and stages what they decide.
 *
 * A message for an active actor with an empty mailbox runs at once, inside `send`. It waits in the
 * mailbox while the actor is being activated, while it reads back what it recorded under the id of a
 * command, while the gathering group is full, and when it was sent from inside a `decide` or `evolve`
 * (which must not, but must do no harm either). Every outcome is released with the group that the
 * actor's state rests on, so nobody sees what a crash could undo. Runs per command.
 *
 * Invariants:
 *   - the messages of one actor run in the order in which they were delivered;
 *   - an actor's state changes only after the store has taken the events that change it;
 *   - a command that its actor remembers is not decided again;
 *   - the messages of a transaction run in one go, when each is first in line, and stage in one call.
 */

import type { Clock } from '../base/clock.js'
import type { RecordedEvent } from '../events/event.js'
import { isStreamEnd } from '../events/stream-end.js'
import type { Claim, ClaimChanges } from '../store/claims.js'
import type { EventStore, StreamAppend } from '../store/contracts.js'
import { BoundaryConflictError, ClaimTakenError, VersionConflictError } from '../store/errors.js'
import type { TagBoundary } from '../store/tags.js'
import type { Actor } from './actor.js'
import type { Answers } from './answers.js'
import { claimChanges, claimsOf } from './claims.js'
import { anyVersion, type Receipt } from './command.js'
import { CommandTools } from './command-tools.js'
import { CommandWindow, RememberedCommand } from './command-window.js'
import type { CommitGroup, CommitQueue } from './commit-queue.js'
import { decideEvents } from './decision.js'
import { OverloadedError } from './errors.js'
import { evolveState } from './evolution.js'
import type { ActorLimits } from './limits.js'
import type { Message } from './message.js'
import { mustRecall, recall } from './recall.js'
import { repeat, repeatTogether } from './repeat.js'
import type { Residents } from './residents.js'
import { isSnapshotDue } from './snapshot-policy.js'
import { type SnapshotWriter, snapshotOf } from './snapshot-writer.js'
import type { Transaction } from './transaction.js'

export interface ExecutorOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly limits: ActorLimits
  readonly answers: Answers
  readonly commits: CommitQueue
  readonly residents: Residents
  readonly snapshots: SnapshotWriter
}

type Decided = ReturnType<typeof decideEvents>

type Accept = NonNullable<Parameters<EventStore['stage']>[1]>

/** What events make of an actor, before the store has taken them. */
interface Next {
  readonly state: unknown
  /** `null`: its type claims nothing. */
  readonly claims: readonly Claim[] | null
}

/** What one message of a transaction decided. */
interface Decision {
  readonly message: Message
  readonly events: Decided
}

const noEvents: readonly RecordedEvent[] = Object.freeze([])
/** No stream has this id. */
const nobody = ''

export class Executor {
  readonly #options: ExecutorOptions
  readonly #windowEvents: number
  /** Actors with messages that could not run yet, in the order of their turns. */
  #stalled: Actor[] = []
  #isRunning = false
  /** The actor whose events the store is placing, and what its state becomes. */
  #staging: Actor | null = null
  #next: Next = { state: undefined, claims: null }

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.#windowEvents = options.limits.commandWindowEvents
  }

  /**
   * Runs a message, or puts it into the mailbox of its actor, which has just been woken.
   *
   * @throws {OverloadedError} DRAMATIS_OVERLOADED: `mailboxDepthMax`
   */
  deliver(actor: Actor, message: Message): void {
    message.actor = actor
    message.stage = 'waiting'
    if (actor.depth === 0 && this.#canRun(actor)) {
      this.#run(actor, message)
      this.#rest(actor)
      return
    }
    const { mailboxDepthMax } = this.#options.limits
    if (actor.depth >= mailboxDepthMax) {
      throw new OverloadedError('mailboxDepthMax', mailboxDepthMax, actor.depth + 1, actor.streamId)
    }
    actor.put(message)
    if (actor.phase !== 'active') return
    if (this.#isRunning) this.drainSoon(actor)
    else this.#stall(actor)
  }

  /**
   * Puts the messages of a transaction into the mailboxes of their actors, which have just been woken,
   * and runs them as soon as all are first in line.
   *
   * @throws {OverloadedError} DRAMATIS_OVERLOADED: `mailboxDepthMax`; none was put anywhere.
   */
  deliverTogether(transaction: Transaction): void {
    const { mailboxDepthMax } = this.#options.limits
    for (const { actor } of transaction.messages) {
      if (actor!.depth < mailboxDepthMax) continue
      const { depth, streamId } = actor!
      throw new OverloadedError('mailboxDepthMax', mailboxDepthMax, depth + 1, streamId)
    }
    for (const message of transaction.messages) {
      message.stage = 'waiting'
      message.actor!.put(message)
    }
    for (const { actor } of transaction.messages) {
      if (this.#isRunning) this.drainSoon(actor!)
      else if (!actor!.isStalled) this.drain(actor!)
    }
  }

  /** Lets an actor go on whose transaction was given up. */
  release(actor: Actor): void {
    if (actor.phase !== 'held') return
    actor.phase = 'active'
    this.drainSoon(actor)
  }

  /** Gives an actor a turn later in this turn of the event loop. */
  drainSoon(actor: Actor): void {
    if (actor.phase !== 'active') return
    this.#stall(actor)
    setImmediate(() => this.drainStalled())
  }

  /** Stages a change of claims at an actor's turn, without events. Throws as `EventStore.stage` does. */
  stageClaims(actor: Actor, changes: Omit<ClaimChanges, 'streamId'>): void {
    this.#options.store.stage([], () => [{ streamId: actor.streamId, ...changes }])
    actor.group = this.#options.commits.add(noEvents)
  }

  /** Releases a claim that is damaged, whoever held it. Resolves when that is durable. Throws as `EventStore.stage` does. */
  async releaseDamaged(key: string): Promise<void> {
    const { store, commits } = this.#options
    store.stage([], () => [{ streamId: nobody, claimed: [], released: [key], mends: true }])
    commits.add(noEvents)
    await commits.newestDurable()
  }

  /** Runs what waits in an actor's mailbox, as far as there is room. */
  drain(actor: Actor): void {
    while (actor.depth > 0 && this.#canRun(actor)) this.#run(actor, actor.take()!)
    if (actor.depth > 0 && actor.phase === 'active') this.#stall(actor)
    else this.#rest(actor)
  }

  /** Gives every stalled actor a turn. */
  drainStalled(): void {
    const stalled = this.#stalled
    if (stalled.length === 0) return
    this.#stalled = []
    for (const actor of stalled) {
      actor.isStalled = false
      this.drain(actor)
    }
  }

  #canRun(actor: Actor): boolean {
    if (actor.phase !== 'active' || actor.isStale) return false
    return !this.#isRunning && this.#options.commits.hasRoom
  }

  #stall(actor: Actor): void {
    if (actor.isStalled) return
    actor.isStalled = true
    this.#stalled.push(actor)
  }

  #rest(actor: Actor): void {
    if (actor.group !== null || actor.isIdle) return
    this.#options.residents.rest(actor, this.#options.clock.elapsedMs())
  }

  #run(actor: Actor, message: Message): void {
    const named = message.context?.commandHash === undefined ? null : message.context.metadata
    const recorded = named === null ? undefined : actor.recordedCommand(named.commandId)
    if (named !== null && mustRecall(actor, message, recorded, this.#windowEvents)) {
      void this.#recall(actor, message)
      return
    }
    if (message.transaction !== null) {
      this.#hold(actor, message, recorded)
      return
    }
    this.#isRunning = true
    message.stage = 'running'
    try {
      message.answer =
        message.command === null
          ? answerOf(message, actor)
          : this.#execute(actor, message, recorded)
    } catch (error) {
      message.fail(error)
    } finally {
      this.#isRunning = false
    }
    if (message.stage === 'running') message.stage = 'run'
    const group = this.#groupBehind(actor, message)
    if (group === null) this.#options.answers.settle(message)
    else join(group, message)
  }

  /** The group that an outcome rests on; `null`: on what is durable. */
  #groupBehind(actor: Actor, { error }: Message): CommitGroup | null {
    // What another actor claimed may have been staged a moment ago.
    return error instanceof ClaimTakenError ? this.#options.commits.newest : actor.group
  }

  /** Keeps a message of a transaction at the head of its mailbox until all the others are. */
  #hold(actor: Actor, message: Message, recorded: RememberedCommand | undefined): void {
    const transaction = message.transaction!
    actor.putBack(message)
    actor.phase = 'held'
    message.stage = 'held'
    // Its events may be durable by the time that it runs, and then the receipt is not kept any more.
    message.answer ??= recorded?.receipt ?? undefined
    transaction.held++
    if (transaction.held === transaction.messages.length) this.#runTogether(transaction)
  }

  #runTogether(transaction: Transaction): void {
    const { answers, commits } = this.#options
    const { messages } = transaction
    for (const message of messages) {
      message.actor!.take()
      message.actor!.phase = 'active'
      message.stage = 'running'
    }
    this.#isRunning = true
    try {
      this.#executeTogether(messages, transaction.condition?.boundary)
      transaction.condition?.onStaged()
    } catch (error) {
      for (const message of messages) message.fail(error)
    } finally {
      this.#isRunning = false
    }
    // Whatever it rests on was staged before, or with it. A decision that is made again rests on nothing.
    const isAgain = messages[0]!.error instanceof BoundaryConflictError
    const group = isAgain ? null : commits.newest
    for (const message of messages) {
      if (message.stage === 'running') message.stage = 'run'
      if (group === null) answers.settle(message)
      else join(group, message)
    }
    for (const { actor } of messages) this.drainSoon(actor!)
  }

  #executeTogether(messages: readonly Message[], boundary: TagBoundary | undefined): void {
    if (repeatTogether(messages)) return
    const decisions = messages.map((message) => ({ message, events: this.#decide(message) }))
    const writing = decisions.filter(({ events }) => events.length > 0)
    this.#stageTogether(writing, boundary)
    for (const message of messages) {
      const { streamId, version, position } = message.actor!
      const { events } = message
      const receipt = { streamId, version, position, events, duplicate: false }
      message.answer = receipt
      if (events.length === 0 || message.context!.commandHash === undefined) continue
      this.#remember(message.actor!, message, receipt)
    }
  }

  /** Stages decisions of different actors in one call: all or none. */
  #stageTogether(decisions: readonly Decision[], boundary: TagBoundary | undefined): void {
    if (decisions.length === 0) return
    const next: Next[] = []
    const accept: Accept = (placed) => {
      for (const [at, { message }] of decisions.entries()) {
        next.push(nextOf(message.actor!, placed[at]!))
      }
      const changes = decisions.map(({ message }, at) => changesOf(message.actor!, next[at]!))
      return changes.filter((each) => each !== undefined)
    }
    try {
      const appends = decisions.map(({ message, events }) => appendTo(message.actor!, events))
      const placed = this.#options.store.stage(appends, accept, boundary)
      for (const [at, { message }] of decisions.entries()) {
        this.#adopt(message.actor!, placed[at]!, next[at]!)
        message.events = placed[at]!
      }
    } catch (error) {
      for (const { message } of decisions) this.#refreshIfStale(message.actor!, error)
      throw error
    }
  }

  /** Has the actor read what it must know before the message can run. */
  async #recall(actor: Actor, message: Message): Promise<void> {
    const { store, answers } = this.#options
    actor.phase = 'recalling'
    actor.putBack(message)
    message.stage = 'waiting'
    let failure: { readonly error: unknown } | null = null
    try {
      await recall(store, actor, message, this.#windowEvents)
    } catch (error) {
      failure = { error }
    }
    // Let go meanwhile: whatever waited was answered.
    if (!isRecalling(actor)) return
    actor.phase = 'active'
    if (failure !== null && actor.remove(message)) answers.fail(message, failure.error)
    if (!this.#options.residents.refreshIfStale(actor)) this.drain(actor)
  }

  /** @param recorded - The command that the message repeats. */
  #execute(actor: Actor, message: Message, recorded: RememberedCommand | undefined): Receipt {
    if (recorded !== undefined) return repeat(message, recorded)
    const decided = this.#decide(message)
    const events = decided.length === 0 ? noEvents : this.#stage(actor, decided)
    const { streamId, version, position } = actor
    const receipt = { streamId, version, position, events, duplicate: false }
    if (events.length === 0) return receipt
    message.events = events
    if (message.context!.commandHash !== undefined) this.#remember(actor, message, receipt)
    return receipt
  }

  #decide(message: Message): Decided {
    const { clock, limits } = this.#options
    const { type, aggregateId, streamId, version, state } = message.actor!
    const { metadata, expectedVersion } = message.context!
    if (expectedVersion !== anyVersion && expectedVersion !== version) {
      throw new VersionConflictError(streamId, expectedVersion, version)
    }
    const tools = new CommandTools(type, aggregateId, metadata, clock)
    const { eventsMax = limits.eventsPerCommandMax } = message.command!.definition
    return decideEvents(message, state, tools, eventsMax)
  }

  #remember(actor: Actor, message: Message, receipt: Receipt): void {
    const { metadata, commandHash } = message.context!
    const first = receipt.events[0]!.version
    const command = new RememberedCommand(commandHash!, message.name, first, receipt.version)
    command.flies(receipt, actor.group!)
    message.remembered = command
    actor.window ??= new CommandWindow(this.#windowEvents)
    actor.window.add(metadata.commandId, command)
  }

  #stage(actor: Actor, decided: Decided): readonly RecordedEvent[] {
    this.#staging = actor
    let events: readonly RecordedEvent[]
    try {
      events = this.#options.store.stage([appendTo(actor, decided)], this.#evolve)[0]!
    } catch (error) {
      this.#refreshIfStale(actor, error)
      throw error
    }
    this.#adopt(actor, events, this.#next)
    return events
  }

  /** The store has taken the events: the actor is what they made of it. */
  #adopt(actor: Actor, events: readonly RecordedEvent[], next: Next): void {
    const last = events.at(-1)!
    actor.state = next.state
    actor.claims = next.claims
    actor.version = last.version
    actor.position = last.position
    actor.group = this.#options.commits.add(events)
    if (actor.type.snapshot !== null) this.#keepSnapshot(actor, last)
  }

  /** Called by the store with the placed events, before it queues them. One for all commands. */
  readonly #evolve: Accept = (placed) => {
    const actor = this.#staging!
    this.#next = nextOf(actor, placed[0]!)
    const changes = changesOf(actor, this.#next)
    return changes === undefined ? undefined : [changes]
  }

  /** The state is durable once its group is; the group then has it written. */
  #keepSnapshot(actor: Actor, last: RecordedEvent): void {
    const { type } = actor
    // Nobody will add to it.
    if (isStreamEnd(last.type)) return
    try {
      if (!isSnapshotDue(type.snapshot!, actor, last)) return
    } catch (error) {
      this.#options.snapshots.noteFailure(type, error)
      return
    }
    actor.versionKept = actor.version
    actor.group!.snapshots.push(snapshotOf(actor))
  }

  /** Somebody else has written to the stream: the state at hand is not its state. */
  #refreshIfStale(actor: Actor, error: unknown): void {
    if (!(error instanceof VersionConflictError) || error.streamId !== actor.streamId) return
    // With a commit under way the durable stream is behind; the conflict after it will find it idle.
    if (actor.group === null) this.#options.residents.refresh(actor)
  }
}

function join(group: CommitGroup, message: Message): void {
  group.messages.push(message)
  if (message.actor!.group === group) message.actor!.newest = message
}

function appendTo(actor: Actor, events: Decided): StreamAppend {
  const { type, aggregateId, streamId, version } = actor
  return { aggregateType: type.name, aggregateId, streamId, expectedVersion: version, events }
}

function answerOf({ question }: Message, actor: Actor): unknown {
  return question === null ? actor.state : question(actor)
}

function nextOf({ type, streamId, state }: Actor, events: readonly RecordedEvent[]): Next {
  let next = state
  for (const event of events) next = evolveState(type, next, event)
  return { state: next, claims: type.unique === null ? null : claimsOf(type, streamId, next) }
}

function changesOf(actor: Actor, { claims }: Next): ClaimChanges | undefined {
  if (claims === null) return undefined
  const { type, streamId, state } = actor
  actor.claims ??= claimsOf(type, streamId, state)
  return claimChanges(streamId, actor.claims, claims)
}

function isRecalling(actor: Actor): boolean {
  return actor.phase === 'recalling'
}
