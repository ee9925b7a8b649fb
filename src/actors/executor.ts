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
 *   - a command that its actor remembers is not decided again.
 */

import type { Clock } from '../base/clock.js'
import type { RecordedEvent } from '../events/event.js'
import type { EventStore } from '../store/contracts.js'
import { VersionConflictError } from '../store/errors.js'
import type { Actor } from './actor.js'
import type { Answers } from './answers.js'
import { anyVersion, type Receipt } from './command.js'
import { CommandTools } from './command-tools.js'
import { CommandWindow, RememberedCommand } from './command-window.js'
import type { CommitQueue } from './commit-queue.js'
import { decideEvents } from './decision.js'
import { CommandIdReusedError, OverloadedError } from './errors.js'
import { evolveState } from './evolution.js'
import type { ActorLimits } from './limits.js'
import type { Message } from './message.js'
import { mustRecall, recall } from './recall.js'
import type { Residents } from './residents.js'
import { isSnapshotDue } from './snapshot-policy.js'

export interface ExecutorOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly limits: ActorLimits
  readonly answers: Answers
  readonly commits: CommitQueue
  readonly residents: Residents
}

const noEvents: readonly RecordedEvent[] = Object.freeze([])

export class Executor {
  readonly #options: ExecutorOptions
  readonly #windowEvents: number
  /** Actors with messages that could not run yet, in the order of their turns. */
  #stalled: Actor[] = []
  #isRunning = false
  /** The actor whose events the store is placing, and what its state becomes. */
  #staging: Actor | null = null
  #stateNext: unknown = undefined

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
    this.#stall(actor)
    if (this.#isRunning) setImmediate(() => this.drainStalled())
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
    this.#isRunning = true
    message.stage = 'running'
    try {
      message.answer =
        message.command === null ? actor.state : this.#execute(actor, message, recorded)
    } catch (error) {
      message.fail(error)
    } finally {
      this.#isRunning = false
    }
    if (message.stage === 'running') message.stage = 'run'
    if (actor.group === null) this.#options.answers.settle(message)
    else actor.group.messages.push(message)
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
    const { clock, limits } = this.#options
    const { type, streamId, version } = actor
    const { metadata, commandHash, expectedVersion } = message.context!
    if (recorded !== undefined) return repeat(message, recorded)
    if (expectedVersion !== anyVersion && expectedVersion !== version) {
      throw new VersionConflictError(streamId, expectedVersion, version)
    }
    const tools = new CommandTools(type, actor.aggregateId, metadata, clock)
    const decided = decideEvents(message, actor.state, tools, limits.eventsPerCommandMax)
    const events = decided.length === 0 ? noEvents : this.#stage(actor, decided)
    const { version: versionAfter, position } = actor
    const receipt = { streamId, version: versionAfter, position, events, duplicate: false }
    if (events.length === 0) return receipt
    message.events = events
    if (commandHash !== undefined) this.#remember(actor, message, receipt)
    return receipt
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

  #stage(actor: Actor, decided: ReturnType<typeof decideEvents>): readonly RecordedEvent[] {
    const append = {
      aggregateType: actor.type.name,
      aggregateId: actor.aggregateId,
      expectedVersion: actor.version,
      events: decided,
    }
    this.#staging = actor
    let events: readonly RecordedEvent[]
    try {
      events = this.#options.store.stage([append], this.#evolve)[0]!
    } catch (error) {
      this.#refreshIfStale(actor, error)
      throw error
    }
    const last = events.at(-1)!
    actor.state = this.#stateNext
    actor.version = last.version
    actor.position = last.position
    actor.group = this.#options.commits.add(events)
    this.#keepSnapshot(actor)
    return events
  }

  /** Called by the store with the placed events, before it queues them. One for all commands. */
  readonly #evolve = (placed: readonly (readonly RecordedEvent[])[]): void => {
    const { type, state } = this.#staging!
    let next = state
    for (const event of placed[0]!) next = evolveState(type, next, event)
    this.#stateNext = next
  }

  /** The state is durable once its group is; the group then has it written. */
  #keepSnapshot(actor: Actor): void {
    const { type, streamId, version, position, state } = actor
    if (type.snapshot === null) return
    if (!isSnapshotDue(type.snapshot.everyEvents, actor.versionKept, version)) return
    actor.versionKept = version
    actor.group!.snapshots.push({ type, streamId, version, position, state })
  }

  /** Somebody else has written to the stream: the state at hand is not its state. */
  #refreshIfStale(actor: Actor, error: unknown): void {
    if (!(error instanceof VersionConflictError)) return
    // With a commit under way the durable stream is behind; the conflict after it will find it idle.
    if (actor.group === null) this.#options.residents.refresh(actor)
  }
}

function isRecalling(actor: Actor): boolean {
  return actor.phase === 'recalling'
}

/**
 * The receipt of the command that a message repeats.
 *
 * @throws {CommandIdReusedError} DRAMATIS_COMMAND_ID_REUSED
 */
function repeat(message: Message, recorded: RememberedCommand): Receipt {
  const { metadata, commandHash } = message.context!
  if (recorded.hash !== commandHash) {
    const { streamId, name } = message
    throw new CommandIdReusedError(streamId, metadata.commandId, name, recorded.name ?? undefined)
  }
  // One that is durable was read back before the message ran.
  const receipt = recorded.receipt ?? (message.answer as Receipt)
  message.remembered = recorded
  return { ...receipt, duplicate: true }
}
