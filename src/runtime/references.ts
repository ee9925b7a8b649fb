/**
 * What a host holds in its hands: an actor, a view, a handler, the log, each with its types.
 *
 * Thin and typed; the work is done by the layers below. A reference costs nothing and may be made per
 * request.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { CommandOptions, Receipt } from '../actors/command.js'
import type { EventsToAppend } from '../actors/decisions.js'
import type { Moment } from '../actors/moment.js'
import type { StateDifference } from '../actors/past-state.js'
import type { CommandToTransact } from '../actors/transactions.js'
import { ClosedError } from '../base/closed-error.js'
import type {
  ActorDefinition,
  AnyActor,
  EventDefinitions,
  NewEventOf,
  RecordedEvents,
} from '../define/actor.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { RecordedEvent } from '../events/event.js'
import type { PayloadInputOf } from '../events/payload-types.js'
import { parseAggregateId, streamIdOf } from '../events/stream-id.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { EventStore } from '../store/contracts.js'
import type { HandlerStatus, HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { ReplayOptions, ReplayResult } from '../subscriptions/replay-options.js'
import type { View } from '../subscriptions/view.js'
import type { FindOptions, Page } from '../subscriptions/view-query.js'
import type { ViewStatus } from '../subscriptions/view-subscription.js'
import { type ActorSendOptions, parseUntil, type Subscriptions } from './awaiting.js'
import { closeStream, deleteStream, type EndStreamOptions, type StreamEnd } from './end-stream.js'
import { type ReadEventsOptions, readEvents } from './read-events.js'

type EventOf<E extends EventDefinitions> = RecordedEvents<E>[keyof E & string]

declare const eventType: unique symbol

/** A command of one actor that has not been sent. Frozen. */
export interface ActorCommand<Event extends RecordedEvent = RecordedEvent>
  extends CommandToTransact {
  /** Type only: never present at run time. */
  readonly [eventType]: Event
}

/** One actor, by its type and id. It need not exist yet. */
export interface ActorReference<S, E extends EventDefinitions, C> {
  readonly streamId: string
  /**
   * Sends a command. Resolves when everything it decided is durable; with `until`, when a view shows it
   * or a handler has handled it. An error of that wait carries the receipt: the events are written.
   *
   * @throws {CommandRejectedError} DRAMATIS_COMMAND_REJECTED: the domain refused it; an outcome.
   * @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT, only with `until`
   * @throws {KeyParkedError} DRAMATIS_KEY_PARKED, only with `until`
   * @throws {WaitAbortedError} DRAMATIS_WAIT_ABORTED, only with `until`
   * @throws other coded errors, all listed in `docs/errors.md`.
   */
  send<K extends keyof C & string>(
    command: K,
    payload: PayloadInputOf<C[K]>,
    options?: ActorSendOptions,
  ): Promise<Receipt<EventOf<E>>>
  /**
   * Describes a command for {@link Runtime.transact}. Nothing is sent, and nothing is checked yet.
   */
  command<K extends keyof C & string>(
    command: K,
    payload: PayloadInputOf<C[K]>,
    options?: CommandOptions,
  ): ActorCommand<EventOf<E>>
  /** Describes new events of this actor for the function of {@link Runtime.decide}. Nothing is recorded. */
  append(...events: readonly NewEventOf<E>[]): EventsToAppend
  /**
   * Closes the stream: the state and the events stay, and nothing more can be recorded, ever. Commands
   * that decide events are refused from then on; waits for those sent before.
   *
   * @throws {StreamEndedError} DRAMATIS_STREAM_ENDED: it was closed or deleted before.
   * @throws {VersionConflictError} DRAMATIS_VERSION_CONFLICT
   */
  closeStream(options?: EndStreamOptions): Promise<StreamEnd>
  /**
   * Deletes the stream, closing it first: its events are overwritten where they lie, in one transaction.
   * Their positions stay, with nothing in them; the id is never used again. The state is the initial one
   * from then on. Rows that views made of the events stay until the views are rebuilt.
   *
   * @throws {StreamEndedError} DRAMATIS_STREAM_ENDED: it was deleted before.
   * @throws {VersionConflictError} DRAMATIS_VERSION_CONFLICT
   */
  deleteStream(options?: EndStreamOptions): Promise<StreamEnd>
  /** The state after every command sent before. Frozen. */
  state(): Promise<S>
  /**
   * The state at a moment of the past, of what is durable: after the event of a version, when the log ended
   * at a position, or after everything recorded up to a time (`recordedAt`). Before the actor's first event
   * it is the initial state. Frozen. Waits for nothing and wakes nobody.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {MomentNotReachedError} DRAMATIS_MOMENT_NOT_REACHED: it is still to come.
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
   * @throws {EvolveFailedError} DRAMATIS_EVOLVE_FAILED
   * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
   */
  state(moment: Moment): Promise<S>
  /**
   * What changed from one moment to another, and which events lie between them. The later one may be given
   * first: the changes then lead back. Throws as `state(moment)` does.
   *
   * @param after - Default: the newest durable state.
   */
  diff(before: Moment, after?: Moment): Promise<StateDifference>
  /** Deletes the actor's snapshot: a cache, so nobody can see that it is gone. Rules go on as before. */
  deleteSnapshot(): Promise<void>
  /**
   * The recorded events as they are today, oldest first unless asked otherwise. Versions and `limit`
   * count recorded events; upcasters may make more or fewer of them.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED, while reading
   * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN, while reading
   * @throws {UnknownEventError} DRAMATIS_UNKNOWN_EVENT, while reading
   */
  events(options?: ReadEventsOptions): AsyncIterable<EventOf<E>>
  /** The events as they were recorded, under their names and versions of that time. */
  events(options: ReadEventsOptions & { readonly raw: true }): AsyncIterable<AnyRecordedEvent>
}

/** One view. */
export interface ViewReference<Row, Index extends string> {
  /** The row of an id. */
  get(id: string): Promise<Row | undefined>
  /** Rows in the order of an index, or of their ids; a page at a time. */
  find(options?: FindOptions<Index>): Promise<Page<Row>>
  /** How many rows there are. */
  count(): Promise<number>
  status(): ViewStatus
}

/** One handler. */
export interface HandlerReference {
  status(): HandlerStatus
  /** Starts no delivery any more. Survives restarts, until `resume`. */
  pause(): Promise<void>
  resume(): Promise<void>
  /**
   * Delivers past events once more, marked by `context.isReplay`, in order per key, while new ones go on
   * (or not, when the handler is paused). Nothing of it is written down: what failed is in the result,
   * and the end of the process ends it.
   *
   * @throws {ReplayFailedError} DRAMATIS_REPLAY_FAILED, with how far it came
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  replay(options?: ReplayOptions): Promise<ReplayResult>
}

/** What references to actors work with. */
export interface ActorReferencePorts {
  readonly actors: ActorSystem
  readonly store: EventStore
  readonly upcasts: UpcastTable
  readonly subscriptions: Subscriptions
  readonly isOpen: () => boolean
}

/** @throws {InvalidIdError} DRAMATIS_INVALID_ID */
export function createActorReference<N extends string, S, E extends EventDefinitions, C>(
  ports: ActorReferencePorts,
  definition: ActorDefinition<N, S, E, C>,
  id: string,
): ActorReference<S, E, C> {
  return new LiveActorReference(ports, definition, id) as never
}

/** Its methods are bound to nothing: made per request, a closure for each would cost more than a command. */
class LiveActorReference {
  readonly #ports: ActorReferencePorts
  readonly #definition: AnyActor
  readonly #aggregateId: string

  constructor(ports: ActorReferencePorts, definition: AnyActor, id: string) {
    this.#ports = ports
    this.#definition = definition
    this.#aggregateId = parseAggregateId(definition.name, id)
  }

  get streamId(): string {
    return streamIdOf(this.#definition.name, this.#aggregateId)
  }

  send(command: string, payload: unknown, options?: ActorSendOptions): Promise<Receipt> {
    if (!this.#ports.isOpen()) return refused()
    if (hasUntil(options)) return this.#sendUntil(command, payload, options)
    return this.#ports.actors.send(this.#definition, this.#aggregateId, command, payload, options)
  }

  command(command: string, payload: unknown, options: CommandOptions = {}): CommandToTransact {
    const [actor, aggregateId] = [this.#definition, this.#aggregateId]
    return Object.freeze({ actor, aggregateId, command, payload, options })
  }

  append(...events: EventsToAppend['events']): EventsToAppend {
    const [actor, aggregateId] = [this.#definition, this.#aggregateId]
    return Object.freeze({ actor, aggregateId, events: Object.freeze(events) })
  }

  closeStream(options?: EndStreamOptions): Promise<StreamEnd> {
    if (!this.#ports.isOpen()) return refused()
    return closeStream(this.#ports.actors, this.#definition, this.#aggregateId, options)
  }

  deleteStream(options?: EndStreamOptions): Promise<StreamEnd> {
    if (!this.#ports.isOpen()) return refused()
    return deleteStream(this.#ports.actors, this.#definition, this.#aggregateId, options)
  }

  state(moment?: Moment): Promise<unknown> {
    const { actors, isOpen } = this.#ports
    if (!isOpen()) return refused()
    if (moment === undefined) return actors.state(this.#definition, this.#aggregateId)
    return actors.stateAt(this.#definition, this.#aggregateId, moment)
  }

  diff(before: Moment, after?: Moment): Promise<StateDifference> {
    const { actors, isOpen } = this.#ports
    if (!isOpen()) return refused()
    return actors.difference(this.#definition, this.#aggregateId, before, after)
  }

  deleteSnapshot(): Promise<void> {
    const { actors, isOpen } = this.#ports
    if (!isOpen()) return refused()
    return actors.deleteSnapshot(this.#definition, this.#aggregateId)
  }

  events(options?: ReadEventsOptions): AsyncIterable<AnyRecordedEvent> {
    const { store, upcasts, isOpen } = this.#ports
    if (!isOpen()) throw new ClosedError('the runtime')
    return readEvents(store, upcasts, this.streamId, options)
  }

  async #sendUntil(
    command: string,
    payload: unknown,
    { until, ...options }: ActorSendOptions,
  ): Promise<Receipt> {
    const { actors, subscriptions } = this.#ports
    const wait = until === undefined ? null : parseUntil(subscriptions, until)
    const receipt = await actors.send(
      this.#definition,
      this.#aggregateId,
      command,
      payload,
      options,
    )
    await wait?.(receipt, options.signal)
    return receipt
  }
}

function refused(): Promise<never> {
  return Promise.reject(new ClosedError('the runtime'))
}

function hasUntil(options: ActorSendOptions | undefined): options is ActorSendOptions {
  try {
    return typeof options === 'object' && options !== null && 'until' in options
  } catch {
    // A proxy that throws: parsing it refuses it, with an answer like any other.
    return false
  }
}

/** @param assertOpen - Throws once the runtime is closing: the rows may be gone then. */
export function createViewReference<Row, Index extends string>(
  view: View,
  assertOpen: () => void,
): ViewReference<Row, Index> {
  return {
    get: async (id) => {
      assertOpen()
      return view.get(id) as Row | undefined
    },
    find: async (options = {}) => {
      assertOpen()
      return view.find(options) as Page<Row>
    },
    count: async () => {
      assertOpen()
      return view.count()
    },
    status: () => view.status(),
  }
}

/** @param assertOpen - Throws once the runtime is closing. */
export function createHandlerReference(
  handler: HandlerSubscription,
  assertOpen: () => void,
): HandlerReference {
  return {
    status: () => handler.status(),
    pause: async () => {
      assertOpen()
      await handler.pause()
    },
    resume: async () => {
      assertOpen()
      await handler.resume()
    },
    replay: async (options = {}) => {
      assertOpen()
      return await handler.replay(options)
    },
  }
}
