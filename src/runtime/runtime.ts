/**
 * A runtime: one app at work on one store, in this process.
 *
 * What a host holds. Opened by `openRuntime`, closed by `close`; between the two, everything here may be
 * called from anywhere at any time, and the process stays alive. It hands out references and passes questions on; the layers below do
 * the work.
 *
 * States: open -> closing -> closed.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { DecideOptions, Receipt, TransactOptions } from '../actors/command.js'
import type {
  DecideOverEvents,
  DecisionReceipt,
  DecisionTools,
  EventsToAppend,
} from '../actors/decisions.js'
import type { Cancel, Clock } from '../base/clock.js'
import { ClosedError } from '../base/closed-error.js'
import { InvalidArgumentError } from '../base/errors.js'
import { type FailpointName, failpoint } from '../base/failpoint.js'
import type { IdSource } from '../base/ids.js'
import { functionAt, integerIn, nameOf } from '../base/options.js'
import type { ActorDefinition, EventDefinitions, Rejection } from '../define/actor.js'
import type { AppDefinition } from '../define/app.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { AnyProjector, ProjectorDefinition } from '../define/projector.js'
import type { AnySaga, SagaDefinition } from '../define/saga/saga.js'
import type { Position } from '../events/event.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { SagaMessageToSend } from '../sagas/message-to-send.js'
import type { Sagas } from '../sagas/sagas.js'
import { DeadLetters } from '../subscriptions/dead-letters.js'
import type { HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { RebuildResult } from '../subscriptions/rebuild-progress.js'
import type { View } from '../subscriptions/view.js'
import type { RebuildOptions } from '../subscriptions/view-build.js'
import type { VerifyOptions, ViewVerification } from '../subscriptions/view-comparison.js'
import { type CaughtUpOptions, type Subscriptions, waitUntilCaughtUp } from './awaiting.js'
import type { Bus } from './bus.js'
import { Claims } from './claims.js'
import { type EventQuery, type EventsOfQuery, parseEventQuery } from './decision-query.js'
import type { ForgetOptions, ForgetReport, Forgetting } from './forgetting.js'
import { Health } from './health.js'
import type { HealthThresholds, RuntimeHealth } from './health-policy.js'
import type { HostProcess } from './host-process.js'
import { Log } from './log.js'
import { type BackupOptions, type BackupResult, Backups } from './operations/backups.js'
import { parseRebuild } from './parse-rebuild.js'
import type { Pools } from './pools.js'
import { RateMeter } from './rate-meter.js'
import {
  type ActorCommand,
  type ActorReference,
  type ActorReferencePorts,
  createActorReference,
  createHandlerReference,
  createViewReference,
  type HandlerReference,
  type ViewReference,
} from './references.js'
import { type ReindexTagsOptions, type ReindexTagsProgress, reindexTags } from './reindex-tags.js'
import {
  createSagaReference,
  createSagaTypeReference,
  type SagaReference,
  type SagaTypeReference,
} from './saga-reference.js'
import { parseScheduleOptions, parseTimerName, type ScheduleOptions } from './schedule-options.js'
import type { Scheduling } from './scheduling.js'
import { Schemas } from './schemas.js'
import { type RuntimeStatus, statusOf } from './status.js'
import { readersOf, type Storage } from './storage.js'
import { Timers } from './timers.js'

/** The receipt of each command, in order. */
export type ReceiptsOf<Commands extends readonly ActorCommand[]> = {
  readonly [At in keyof Commands]: Commands[At] extends ActorCommand<infer Event>
    ? Receipt<Event>
    : never
}

/** Everything a runtime is made of; wired by `openRuntime`. */
export interface RuntimeParts {
  readonly app: AppDefinition
  /** `null`: in memory. */
  readonly dataDir: string | null
  readonly clock: Clock
  readonly closeTimeoutMs: number
  readonly process: HostProcess
  readonly storage: Storage
  readonly upcasts: UpcastTable
  readonly pools: Pools
  readonly actors: ActorSystem
  readonly bus: Bus
  readonly views: ReadonlyMap<string, View>
  readonly handlers: ReadonlyMap<string, HandlerSubscription>
  readonly scheduling: Scheduling
  readonly ids: IdSource
  readonly sagas: Sagas
  readonly forgetting: Forgetting
}

/**
 * What closing takes at least, if it has to. A view's turn, which lasts a fifth of this, is then over
 * before any thread is ended: LMDB does not let go of a thread in the middle of a commit. Milliseconds.
 */
const closeMsMin = 500

export class Runtime {
  /** The dead letters of all handlers. */
  readonly deadLetters: DeadLetters
  /** What is scheduled: by the host, and by handlers. */
  readonly timers: Timers
  /** The values that actors hold alone. */
  readonly claims: Claims
  /** Events as they become durable, in this process. */
  readonly bus: Bus
  /** The log of all events. */
  readonly log: Log
  /** The schemas of the app, and what of them the store has. */
  readonly schemas: Schemas
  readonly #parts: RuntimeParts
  /** What all references to actors work with. */
  readonly #actorPorts: ActorReferencePorts
  readonly #subscriptions: Subscriptions = {
    viewOf: (projector) => this.#viewOf(projector),
    handlerOf: (definition) => this.#handlerOf(definition),
  }
  readonly #backups: Backups
  readonly #health: Health
  readonly #startedMs: number
  readonly #events: RateMeter
  readonly #commits: RateMeter
  readonly #cancelCommits: Cancel
  readonly #letProcessEnd: Cancel
  #phase: RuntimeStatus['phase'] = 'open'
  #closing: Promise<void> | null = null

  constructor(parts: RuntimeParts) {
    const { clock, storage, handlers, views, actors, upcasts } = parts
    this.#parts = parts
    this.#letProcessEnd = parts.process.keepAlive()
    this.#actorPorts = {
      ...{ actors, upcasts, store: storage.store, subscriptions: this.#subscriptions },
      isOpen: () => this.#phase === 'open',
    }
    this.bus = parts.bus
    this.timers = new Timers(
      parts.scheduling,
      () => clock.nowMs(),
      () => this.#assertOpen(),
    )
    this.claims = new Claims(parts.actors, () => this.#assertOpen())
    this.log = new Log(storage.store, parts.upcasts, clock)
    this.schemas = new Schemas(parts.app.actors, storage.store, () => this.#assertOpen())
    this.deadLetters = new DeadLetters(storage.work, handlers, () => this.#assertOpen())
    this.#backups = new Backups({ dataDir: parts.dataDir, subjects: storage.store.subjects, clock })
    this.#health = new Health(
      { readRoom: () => storage.store.readRoom(), readReaders: () => readersOf(storage) },
      clock,
    )
    this.#startedMs = clock.elapsedMs()
    this.#events = new RateMeter(clock)
    this.#commits = new RateMeter(clock)
    this.#cancelCommits = storage.store.onCommit(({ after, to }) => {
      this.#events.add(to - after)
      this.#commits.add(1)
      for (const view of views.values()) view.wake()
      for (const handler of handlers.values()) handler.wake()
    })
  }

  /**
   * One actor, by its definition and id.
   *
   * @throws {InvalidIdError} DRAMATIS_INVALID_ID
   */
  actor<N extends string, S, E extends EventDefinitions, C>(
    definition: ActorDefinition<N, S, E, C>,
    id: string,
  ): ActorReference<S, E, C> {
    return createActorReference(this.#actorPorts, definition, id)
  }

  /**
   * Sends commands to several actors, each at most once, and records what all of them decide in one
   * commit, or nothing. Each is decided on the state of its own actor. Resolves with their receipts, in
   * order, when everything is durable.
   *
   * @throws {CommandRejectedError} DRAMATIS_COMMAND_REJECTED: one of them was refused; an outcome.
   * @throws {OverloadedError} DRAMATIS_OVERLOADED: more actors than `limits.transactActorsMax`.
   * @throws other coded errors, as `send` does; nothing was written unless the error says otherwise.
   */
  transact<const Commands extends readonly ActorCommand[]>(
    commands: Commands,
    options?: TransactOptions,
  ): Promise<ReceiptsOf<Commands>> {
    if (this.#phase !== 'open') return Promise.reject(new ClosedError('the runtime'))
    return this.#parts.actors.transact(commands, options) as Promise<never>
  }

  /**
   * Decides over all events that a query finds, of whatever actors, and records what the function returns:
   * `actor(...).append(...)`, a list of them, `[]` for nothing, or a rejection. Recorded only if no
   * further event that the query finds came in between; where one did, the function is called again, so
   * it has to be pure and synchronous. It is given every event that was recorded or is about to be, in
   * the order of the log. The events go through the states and claims of their actors, all in one commit.
   *
   * @throws {CommandRejectedError} DRAMATIS_COMMAND_REJECTED: the function refused; an outcome.
   * @throws {BoundaryConflictError} DRAMATIS_BOUNDARY_CONFLICT: `limits.decisionAttemptsMax` were not enough.
   * @throws {OverloadedError} DRAMATIS_OVERLOADED: more events than `limits.decisionEventsMax`.
   * @throws other coded errors, as `send` does; nothing was written unless the error says otherwise.
   */
  async decide<const Query extends EventQuery>(
    query: Query,
    decide: (
      events: readonly EventsOfQuery<Query>[],
      tools: DecisionTools,
    ) => EventsToAppend | readonly EventsToAppend[] | Rejection,
    options?: DecideOptions,
  ): Promise<DecisionReceipt> {
    this.#assertOpen()
    const { actors, upcasts } = this.#parts
    const parsed = parseEventQuery(query, upcasts)
    functionAt('decide', decide)
    return await actors.decide(parsed, decide as DecideOverEvents, options)
  }

  /**
   * Lets events that were recorded before their definition had `tags` be found by them. Needed once after
   * tags were added to an event with a history, before the first decision that relies on them.
   *
   * @throws {InvalidTagsError} DRAMATIS_INVALID_TAGS; what was indexed before stays.
   */
  async reindexTags(options: ReindexTagsOptions = {}): Promise<ReindexTagsProgress> {
    this.#assertOpen()
    const { storage, app, upcasts } = this.#parts
    return await reindexTags(storage.store, app, upcasts, options)
  }

  /**
   * Sends a command to an actor, or a message to an instance of a saga, later: at a time, or after a delay,
   * and again at an interval if asked for. A timer of the same name is replaced. Resolves when the timer is
   * durable: from then on it fires whatever happens, after a restart too if its time has passed. A firing that
   * fails is tried again until it comes through; actor or instance record each once. A rejection by the
   * domain ends it; so does an instance that has not begun, or has ended.
   *
   * @param name - 1 to 200 characters; shared with the timers of handlers.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT; nothing was scheduled.
   * @throws {SchemaMismatchError} DRAMATIS_SCHEMA_MISMATCH, and whatever else `send` throws before a command
   *   runs; nothing was scheduled.
   */
  async schedule(
    name: string,
    command: ActorCommand | SagaMessageToSend,
    options: ScheduleOptions,
  ): Promise<void> {
    this.#assertOpen()
    const { clock, ids, scheduling } = this.#parts
    parseTimerName(name)
    const { time, correlationId, userId } = parseScheduleOptions(options, clock.nowMs())
    const id = ids.next()
    const origin = { id, correlationId: correlationId ?? id, causationId: id, userId }
    await scheduling.schedule(name, command, time, origin)
  }

  /** A view of the app. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
  view<N extends string, Row, I extends string>(
    projector: ProjectorDefinition<N, Row, I>,
  ): ViewReference<Row, I> {
    this.#assertOpen()
    return createViewReference(this.#viewOf(projector), () => this.#assertOpen())
  }

  /** A handler of the app. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
  handler(definition: HandlerDefinition | string): HandlerReference {
    this.#assertOpen()
    return createHandlerReference(this.#handlerOf(definition), () => this.#assertOpen())
  }

  /** All instances of a saga of the app. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
  saga(definition: AnySaga): SagaTypeReference
  /**
   * One instance of a saga, by its id. It need not exist yet.
   *
   * @throws {InvalidIdError} DRAMATIS_INVALID_ID
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  saga<N extends string, S, M>(definition: SagaDefinition<N, S, M>, id: string): SagaReference<S, M>
  saga(definition: AnySaga, id?: string): unknown {
    this.#assertOpen()
    const { sagas, storage, upcasts } = this.#parts
    const ports = sagas.portsOf(definition)
    const reference = {
      ports,
      handler: this.#handlerOf(ports.saga.name),
      view: this.#viewOf(ports.saga.instances),
      store: storage.store,
      upcasts,
      assertOpen: () => this.#assertOpen(),
    }
    if (id === undefined) return createSagaTypeReference(reference)
    return createSagaReference(reference, ports.saga, id)
  }

  /**
   * Waits until a view or a handler is done with everything up to a position: read your writes.
   * A handler is done with an event when it has handled it or set it aside with its key; with `key`,
   * only when everything of that key up to the position is handled, or discarded.
   *
   * @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT; the events stay written.
   * @throws {KeyParkedError} DRAMATIS_KEY_PARKED; the events stay written.
   * @throws {WaitAbortedError} DRAMATIS_WAIT_ABORTED; the events stay written.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  async caughtUp(position: Position, options: CaughtUpOptions): Promise<void> {
    this.#assertOpen()
    await waitUntilCaughtUp(this.#subscriptions, position, options)
  }

  /**
   * Builds a view anew beside the one that serves, then swaps. Handlers never fire from it. A crash
   * interrupts it: it goes on at the next opening, by itself. Where the view is being filled already, it
   * waits for that.
   *
   * @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED; the old rows keep serving.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  async rebuild(projector: AnyProjector, options: RebuildOptions = {}): Promise<RebuildResult> {
    this.#assertOpen()
    const parsed = parseRebuild('rebuild', options, [])
    return await this.#viewOf(projector).rebuild(parsed)
  }

  /**
   * Deletes the snapshots of all actors. They are a cache: nobody can see that they are gone, except by the
   * time that actors take to come back. Actors go on keeping new ones by their rules.
   */
  async deleteSnapshots(): Promise<void> {
    this.#assertOpen()
    await this.#parts.actors.deleteSnapshots()
  }

  /**
   * Builds a view anew beside the one that serves, compares the two, and removes what it built. The view
   * serves meanwhile, and stands still while it is compared.
   *
   * @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED; nothing has changed.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  async verifyView(
    projector: AnyProjector,
    options: VerifyOptions = {},
  ): Promise<ViewVerification> {
    this.#assertOpen()
    const parsed = parseRebuild('verifyView', options, ['examplesMax'])
    integerIn('verifyView.examplesMax', parsed.examplesMax ?? 0, 0, 1_000)
    return await this.#viewOf(projector).verify(parsed)
  }

  /**
   * Forgets people: destroys the keys of their personal fields. When it resolves, those fields read as
   * forgotten in the log, in actors, in views and to handlers, on every thread and for ever, and their old
   * bytes can be decrypted nowhere in the data directory. Views that may hold them are rebuilt, so it takes
   * as long as that; give several ids at once rather than one after the other. Forgetting somebody again
   * is no error.
   *
   * @param subjects - Ids as `personal` of the events' definitions gave them: one, or 1 to 10_000.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {UnknownSubjectError} DRAMATIS_UNKNOWN_SUBJECT: one of them; nobody was forgotten.
   * @throws {ForgetIncompleteError} DRAMATIS_FORGET_INCOMPLETE: says how far it came.
   * @throws {StoreStoppedError} DRAMATIS_STORE_STOPPED: a commit failed a moment ago.
   */
  async forget(
    subjects: string | readonly string[],
    options: ForgetOptions = {},
  ): Promise<ForgetReport> {
    this.#assertOpen()
    return await this.#parts.forgetting.forget(subjects, options)
  }

  status(): RuntimeStatus {
    return statusOf(this.#parts, {
      phase: this.#phase,
      uptimeMs: this.#parts.clock.elapsedMs() - this.#startedMs,
      eventsPerSecond: this.#events.perSecond(),
      commitsPerSecond: this.#commits.perSecond(),
    })
  }

  /**
   * How the runtime is, for probes: alive, ready, and what is not well. Answers while closing and when closed too.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  health(options: Partial<HealthThresholds> = {}): Promise<RuntimeHealth> {
    return this.#health.ask(() => this.status(), options)
  }

  /**
   * Copies the store to another directory while everything goes on: log, bookkeeping, keys of personal fields. The copy is
   * checked as `verifyStore` does before it gets its name, so what is there is sound; what failed or was ended leaves
   * nothing. It has every event that was durable when this was called. Views are left out: they are built again from the
   * log. One at a time.
   *
   * @param directory - Empty, or not there yet; outside of the data directory.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {DirectoryNotEmptyError} DRAMATIS_DIRECTORY_NOT_EMPTY
   * @throws {CopyFailedError} DRAMATIS_COPY_FAILED
   * @throws {UnsoundStoreError} DRAMATIS_STORE_UNSOUND: what was copied is damaged.
   * @throws {ClosedError} DRAMATIS_CLOSED
   */
  async backup(directory: string, options: BackupOptions = {}): Promise<BackupResult> {
    this.#assertOpen()
    return await this.#backups.backup(directory, options)
  }

  /**
   * Takes no more commands from outside, lets deliveries under way end, finishes the commands it took,
   * and lets go of the data directory. Takes at most about `closeTimeoutMs`. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= Promise.race([this.#close(), this.#parts.process.died])
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const { actors, views, handlers, scheduling, sagas, forgetting, pools, storage } = this.#parts
    const { clock, closeTimeoutMs } = this.#parts
    const endMs = clock.elapsedMs() + Math.max(closeTimeoutMs, closeMsMin)
    const leftMs = (): number => Math.max(0, Math.ceil(endMs - clock.elapsedMs()))
    const steps: readonly (readonly [() => Promise<unknown>[], FailpointName?])[] = [
      // Before the actors: what is being handled may still send commands.
      [
        () => [
          this.#backups.close(leftMs()),
          ...[...handlers.values()].map((handler) => handler.stop(leftMs())),
          scheduling.queue.stop(leftMs()),
          sagas.stop(leftMs()),
          ...[...views.values()].map((view) => view.close(leftMs())),
        ],
        'close.subscriptions',
      ],
      [() => [actors.close(leftMs())], 'close.actors'],
      [() => [forgetting.close()]],
      [() => [pools.close()], 'close.pools'],
      [() => [storage.work.close()], 'close.work'],
      [() => [storage.store.close()]],
    ]
    this.#phase = 'closing'
    this.log.close()
    const failures: unknown[] = []
    for (const [step, name] of steps) {
      for (const each of await Promise.allSettled(step())) {
        if (each.status === 'rejected') failures.push(each.reason)
      }
      if (name !== undefined) failpoint(name)
    }
    this.#cancelCommits()
    this.#letProcessEnd()
    this.#phase = 'closed'
    if (failures.length > 0) throw failures[0]
  }

  #viewOf(projector: AnyProjector | string): View {
    const { views } = this.#parts
    const view = views.get(nameOf(projector))
    if (view !== undefined) return view
    throw new InvalidArgumentError('view', `a view of the app (${namesOf(views)})`, projector)
  }

  #handlerOf(definition: HandlerDefinition | string): HandlerSubscription {
    const { handlers } = this.#parts
    const handler = handlers.get(nameOf(definition))
    if (handler !== undefined) return handler
    throw new InvalidArgumentError(
      'handler',
      `a handler of the app (${namesOf(handlers)})`,
      definition,
    )
  }

  #assertOpen(): void {
    if (this.#phase !== 'open') throw new ClosedError('the runtime')
  }
}

function namesOf(map: ReadonlyMap<string, unknown>): string {
  return [...map.keys()].join(', ') || 'it has none'
}
