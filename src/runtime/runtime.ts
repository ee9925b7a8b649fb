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
import type { Cancel, Clock } from '../base/clock.js'
import { ClosedError } from '../base/closed-error.js'
import { InvalidArgumentError } from '../base/errors.js'
import { keepProcessAlive } from '../base/keep-alive.js'
import { integerIn, knownKeys } from '../base/options.js'
import type { ActorDefinition, EventDefinitions } from '../define/actor.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { AnyProjector, ProjectorDefinition } from '../define/projector.js'
import type { Position } from '../events/event.js'
import type { UpcastTable } from '../events/upcasting.js'
import { DeadLetters } from '../subscriptions/dead-letters.js'
import type { HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { RebuildResult } from '../subscriptions/rebuild-progress.js'
import type { RebuildOptions, View } from '../subscriptions/view.js'
import type { Bus } from './bus.js'
import type { ForgetOptions, ForgetReport, Forgetting } from './forgetting.js'
import { Log } from './log.js'
import type { Pools } from './pools.js'
import { RateMeter } from './rate-meter.js'
import {
  type ActorReference,
  createActorReference,
  createHandlerReference,
  createViewReference,
  type HandlerReference,
  type ViewReference,
} from './references.js'
import type { RuntimeStatus } from './status.js'
import type { Storage } from './storage.js'

/** What to wait for; exactly one of `view` and `handler`. */
export interface CaughtUpOptions {
  readonly view?: AnyProjector | string
  readonly handler?: HandlerDefinition | string
  /** Milliseconds in [0, 3_600_000]. @default 5_000 */
  readonly timeoutMs?: number
}

/** Everything a runtime is made of; wired by `openRuntime`. */
export interface RuntimeParts {
  readonly isDurable: boolean
  readonly clock: Clock
  readonly closeTimeoutMs: number
  readonly storage: Storage
  readonly upcasts: UpcastTable
  readonly pools: Pools
  readonly actors: ActorSystem
  readonly bus: Bus
  readonly views: ReadonlyMap<string, View>
  readonly handlers: ReadonlyMap<string, HandlerSubscription>
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
  /** Events as they become durable, in this process. */
  readonly bus: Bus
  /** The log of all events. */
  readonly log: Log
  readonly #parts: RuntimeParts
  readonly #startedMs: number
  readonly #events: RateMeter
  readonly #commits: RateMeter
  readonly #cancelCommits: Cancel
  readonly #letProcessEnd: Cancel = keepProcessAlive()
  #phase: RuntimeStatus['phase'] = 'open'
  #closing: Promise<void> | null = null

  constructor(parts: RuntimeParts) {
    const { clock, storage, handlers, views } = parts
    this.#parts = parts
    this.bus = parts.bus
    this.log = new Log(storage.store, parts.upcasts, clock)
    this.deadLetters = new DeadLetters(storage.work, handlers, () => this.#assertOpen())
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
    const { actors, storage, upcasts } = this.#parts
    const isOpen = (): boolean => this.#phase === 'open'
    return createActorReference(actors, storage.store, upcasts, definition, id, isOpen)
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

  /**
   * Waits until a view or a handler is done with everything up to a position: read your writes.
   * A handler is done with an event when it has handled it or queued it behind a parked key.
   *
   * @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT; the events stay written.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  async caughtUp(position: Position, options: CaughtUpOptions): Promise<void> {
    this.#assertOpen()
    knownKeys('caughtUp', options, ['view', 'handler', 'timeoutMs'])
    integerIn('position', position, 0, Number.MAX_SAFE_INTEGER)
    const timeoutMs = integerIn('timeoutMs', options.timeoutMs ?? 5_000, 0, 3_600_000)
    const { view, handler } = options
    if ((view === undefined) === (handler === undefined)) {
      throw new InvalidArgumentError('caughtUp', 'given a view or a handler', options)
    }
    const subscription =
      view !== undefined ? this.#viewOf(view) : this.#handlerOf(handler as HandlerDefinition)
    await subscription.caughtUp(position, timeoutMs)
  }

  /**
   * Builds a view anew beside the one that serves, then swaps. Handlers never fire from it.
   *
   * @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED; the old rows keep serving.
   */
  async rebuild(projector: AnyProjector, options: RebuildOptions = {}): Promise<RebuildResult> {
    this.#assertOpen()
    knownKeys('rebuild', options, ['onProgress', 'signal'])
    return await this.#viewOf(projector).rebuild(options)
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
    const { storage, actors, views, handlers, pools, clock, isDurable } = this.#parts
    const { storeId, epoch, head, status } = storage.store
    const handlerStatuses = [...handlers.values()].map((handler) => handler.status())
    return {
      phase: this.#phase,
      uptimeMs: clock.elapsedMs() - this.#startedMs,
      store: { kind: isDurable ? 'lmdb' : 'memory', storeId, epoch, head, status },
      throughput: {
        eventsPerSecond: this.#events.perSecond(),
        commitsPerSecond: this.#commits.perSecond(),
      },
      actors: actors.status(),
      views: [...views.values()].map((view) => view.status()),
      handlers: handlerStatuses,
      deadLetters: { parkedKeys: handlerStatuses.reduce((sum, each) => sum + each.parkedKeys, 0) },
      workers: { threads: pools.workers.threads },
      bus: { subscribers: this.bus.subscribers, failures: this.bus.failures },
      forgetting: { subjectsPending: storage.store.subjects.pending },
    }
  }

  /**
   * Takes no more commands from outside, lets deliveries under way end, finishes the commands it took,
   * and lets go of the data directory. Takes at most about `closeTimeoutMs`. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const { actors, views, handlers, forgetting, pools, storage, clock, closeTimeoutMs } =
      this.#parts
    const endMs = clock.elapsedMs() + Math.max(closeTimeoutMs, closeMsMin)
    const leftMs = (): number => Math.max(0, Math.ceil(endMs - clock.elapsedMs()))
    const steps: (() => Promise<unknown>[])[] = [
      // Before the actors: what is being handled may still send commands.
      () => [
        ...[...handlers.values()].map((handler) => handler.stop(leftMs())),
        ...[...views.values()].map((view) => view.close(leftMs())),
      ],
      () => [actors.close(leftMs())],
      () => [forgetting.close()],
      () => [pools.close()],
      () => [storage.work.close()],
      () => [storage.store.close()],
    ]
    this.#phase = 'closing'
    this.log.close()
    const failures: unknown[] = []
    for (const step of steps) {
      for (const each of await Promise.allSettled(step())) {
        if (each.status === 'rejected') failures.push(each.reason)
      }
    }
    this.#cancelCommits()
    this.#letProcessEnd()
    this.#phase = 'closed'
    if (failures.length > 0) throw failures[0]
  }

  #viewOf(projector: AnyProjector | string): View {
    const { views } = this.#parts
    const view = views.get(typeof projector === 'string' ? projector : projector?.name)
    if (view !== undefined) return view
    throw new InvalidArgumentError('view', `a view of the app (${namesOf(views)})`, projector)
  }

  #handlerOf(definition: HandlerDefinition | string): HandlerSubscription {
    const { handlers } = this.#parts
    const handler = handlers.get(typeof definition === 'string' ? definition : definition?.name)
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
