/**
 * The residents: which actors are in memory, how they come and how they go.
 *
 * Brings an actor in by reading it back, lets idle ones go when they are idle for long or there are
 * too many, and keeps those that could not be read back waiting for their next try. It runs no
 * commands: what waits in a mailbox is handed to its {@link ResidentsListener}. Runs per command.
 *
 * Invariants:
 *   - at most `actorsMax` actors are here, each stream at most once;
 *   - only an idle actor is ever let go, except by {@link Residents.dropAll}.
 */

import type { Cancel, Clock } from '../base/clock.js'
import type { Random } from '../base/random.js'
import { parseAggregateId, streamIdOf } from '../events/stream-id.js'
import type { EventStore } from '../store/contracts.js'
import { type ActivatedState, activateState } from './activation.js'
import { Actor } from './actor.js'
import type { ActorType } from './actor-type.js'
import { ActivationFailedError, OverloadedError } from './errors.js'
import { IdleList } from './idle-list.js'
import type { ActorLimits } from './limits.js'
import { actorsToEvict, isIdleForLong, sweepDelayMs } from './passivation.js'
import { recoveryDelayMs } from './recovery-policy.js'
import { Rereading } from './rereading.js'

export interface ResidentsListener {
  onActive(actor: Actor): void
  /** Everything in the actor's mailbox fails with `actor.failure`. */
  onActivationFailed(actor: Actor, error: ActivationFailedError): void
  /** Let go of while it had nothing to do: its state is durable, or nothing at version 0. */
  onPassivated(actor: Actor): void
}

export interface ResidentsOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly random: Random
  readonly limits: ActorLimits
  readonly listener: ResidentsListener
}

export class Residents {
  readonly #options: ResidentsOptions
  readonly #byType = new Map<ActorType, Map<string, Actor>>()
  readonly #idle = new IdleList<Actor>()
  readonly #failed = new Set<Actor>()
  readonly #rereading = new Rereading()
  #resident = 0
  #passivated = 0
  #cancelSweep: Cancel | null = null

  constructor(options: ResidentsOptions, types: Iterable<ActorType>) {
    this.#options = options
    for (const type of types) this.#byType.set(type, new Map())
  }

  /** How many actors are in memory. */
  get resident(): number {
    return this.#resident
  }

  /** How many were let go so far. */
  get passivated(): number {
    return this.#passivated
  }

  /** Those that could not be read back. */
  get failed(): ReadonlySet<Actor> {
    return this.#failed
  }

  /** The longest mailbox now. */
  deepestMailbox(): number {
    let deepest = 0
    for (const actor of this.#all()) deepest = Math.max(deepest, actor.depth)
    return deepest
  }

  /**
   * The actor of that id, brought in where it is not here, and not idle any more: whoever wakes one
   * puts something into its mailbox, or lets it {@link Residents.rest}.
   *
   * @throws {InvalidIdError} DRAMATIS_INVALID_ID
   * @throws {OverloadedError} DRAMATIS_OVERLOADED: `actorsMax`, and none of them is idle.
   * @throws {ActivationFailedError} DRAMATIS_ACTIVATION_FAILED: it is not time to try again yet.
   */
  wake(type: ActorType, aggregateId: string): Actor {
    const actors = this.#byType.get(type)!
    const actor = actors.get(aggregateId)
    if (actor === undefined) return this.#admit(actors, type, aggregateId)
    if (actor.phase === 'failed') this.#retry(actor)
    if (actor.isIdle) this.#idle.remove(actor)
    return actor
  }

  /** Puts an actor that has nothing to do among the idle ones. */
  rest(actor: Actor, nowMs: number): void {
    if (actor.isIdle || actor.isBusy || actor.phase === 'gone') return
    this.#idle.add(actor, nowMs)
    if (this.#cancelSweep === null) this.#scheduleSweep()
  }

  /** Reads an actor back once more: its stream is not what it took it for. */
  refresh(actor: Actor): void {
    this.#activate(actor)
  }

  /** Lets go of every actor that has nothing to do, last used first. */
  passivateIdle(): void {
    for (let actor = this.#idle.shortest; actor !== null; actor = this.#idle.shortest) {
      this.#passivate(actor)
    }
  }

  /** No snapshot of that actor is kept any more: the next rule that is met keeps one again. */
  forgetSnapshot(type: ActorType, aggregateId: string): void {
    const actor = this.#byType.get(type)!.get(aggregateId)
    if (actor !== undefined) actor.versionKept = 0
  }

  /** No snapshot is kept any more. */
  forgetSnapshots(): void {
    for (const actor of this.#all()) actor.versionKept = 0
  }

  /**
   * Has actors read back from their streams: the idle ones are let go, the others are read once what they
   * staged is durable. What waits in their mailboxes runs afterwards, in order.
   *
   * @returns how many, when none of them holds its old state any more.
   */
  async reread(isConcerned: (type: ActorType) => boolean): Promise<number> {
    const concerned = [...this.#all()].filter(
      (actor) => actor.phase !== 'failed' && isConcerned(actor.type),
    )
    for (const actor of concerned) {
      if (actor.isIdle) {
        this.#drop(actor)
        continue
      }
      actor.isStale = true
      this.#rereading.add(actor)
      this.refreshIfStale(actor)
    }
    await this.#rereading.over()
    return concerned.length
  }

  /** Reads an actor back if that is due and nothing that it staged is under way. */
  refreshIfStale(actor: Actor): boolean {
    if (!actor.isStale || actor.group !== null || actor.phase !== 'active') return false
    this.#activate(actor)
    return true
  }

  /** Lets go of everything at once. Returns what was here, mailboxes untouched. */
  dropAll(): readonly Actor[] {
    const actors = [...this.#all()]
    for (const actor of actors) this.#drop(actor)
    return actors
  }

  /** Stops the timer. */
  stop(): void {
    this.#cancelSweep?.()
    this.#cancelSweep = null
  }

  #admit(actors: Map<string, Actor>, type: ActorType, aggregateId: string): Actor {
    parseAggregateId(type.name, aggregateId)
    this.#makeRoom(type, aggregateId)
    const actor = new Actor(type, aggregateId)
    actors.set(aggregateId, actor)
    this.#resident++
    this.#activate(actor)
    return actor
  }

  #makeRoom(type: ActorType, aggregateId: string): void {
    const { limits } = this.#options
    for (let left = actorsToEvict(limits, this.#resident); left > 0; left--) {
      const longest = this.#idle.longest
      if (longest === null) {
        const streamId = streamIdOf(type.name, aggregateId)
        throw new OverloadedError('actorsMax', limits.actorsMax, this.#resident + 1, streamId)
      }
      this.#passivate(longest)
    }
  }

  #activate(actor: Actor): void {
    actor.phase = 'activating'
    actor.isStale = false
    const { store, limits } = this.#options
    activateState(store, actor.type, actor.streamId, limits.commandWindowEvents).then(
      (activated) => this.#activated(actor, activated),
      (error: unknown) => this.#activationFailed(actor, error),
    )
  }

  #activated(actor: Actor, activated: ActivatedState): void {
    if (actor.phase === 'gone') return
    if (actor.isStale) {
      this.#activate(actor)
      return
    }
    actor.state = activated.state
    actor.claims = null
    actor.version = activated.version
    actor.position = activated.position
    actor.versionKept = activated.versionKept
    actor.window = activated.window
    actor.windowAfter = activated.versionKept
    actor.failure = null
    this.#failed.delete(actor)
    actor.phase = 'active'
    this.#rereading.remove(actor)
    this.#options.listener.onActive(actor)
  }

  #activationFailed(actor: Actor, cause: unknown): void {
    if (actor.phase === 'gone') return
    const { clock, random, limits, listener } = this.#options
    const failures = (actor.failure?.failures ?? 0) + 1
    const delayMs = recoveryDelayMs(limits, failures, random.next())
    const retryAt = new Date(clock.nowMs() + delayMs)
    const error = new ActivationFailedError(actor.streamId, retryAt, cause)
    const nowMs = clock.elapsedMs()
    actor.failure = { error, failures, retryAtMs: nowMs + delayMs }
    actor.phase = 'failed'
    actor.isStale = false
    this.#failed.add(actor)
    this.#rereading.remove(actor)
    listener.onActivationFailed(actor, error)
    this.rest(actor, nowMs)
  }

  #retry(actor: Actor): void {
    const { retryAtMs, error } = actor.failure!
    if (this.#options.clock.elapsedMs() < retryAtMs) throw error
    this.#activate(actor)
  }

  #scheduleSweep(): void {
    const { clock, limits } = this.#options
    this.#cancelSweep = clock.schedule(sweepDelayMs(limits), () => this.#sweep())
  }

  #sweep(): void {
    const { clock, limits } = this.#options
    const nowMs = clock.elapsedMs()
    for (let actor = this.#idle.longest; actor !== null; actor = this.#idle.longest) {
      if (!isIdleForLong(limits, actor.idleSinceMs, nowMs)) break
      this.#passivate(actor)
    }
    this.#cancelSweep = null
    if (this.#idle.size > 0) this.#scheduleSweep()
  }

  #passivate(actor: Actor): void {
    this.#drop(actor)
    this.#passivated++
    this.#options.listener.onPassivated(actor)
  }

  #drop(actor: Actor): void {
    if (actor.isIdle) this.#idle.remove(actor)
    this.#byType.get(actor.type)!.delete(actor.aggregateId)
    this.#failed.delete(actor)
    this.#rereading.remove(actor)
    actor.phase = 'gone'
    this.#resident--
  }

  *#all(): Generator<Actor> {
    for (const actors of this.#byType.values()) yield* actors.values()
  }
}
