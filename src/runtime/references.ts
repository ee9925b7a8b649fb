/**
 * What a host holds in its hands: an actor, a view, a handler, the log, each with its types.
 *
 * Thin and typed; the work is done by the layers below. A reference costs nothing and may be made per
 * request.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { CommandOptions, Receipt, SendOptions } from '../actors/command.js'
import type { EventsToAppend } from '../actors/decisions.js'
import type { CommandToTransact } from '../actors/transactions.js'
import { ClosedError } from '../base/closed-error.js'
import type {
  ActorDefinition,
  EventDefinitions,
  NewEventOf,
  RecordedEvents,
} from '../define/actor.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { RecordedEvent } from '../events/event.js'
import type { InferObject } from '../events/schema-types.js'
import { parseAggregateId, streamIdOf } from '../events/stream-id.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { EventStore, ReadStreamOptions } from '../store/contracts.js'
import type { HandlerStatus, HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { View } from '../subscriptions/view.js'
import type { FindOptions, Page } from '../subscriptions/view-query.js'
import type { ViewStatus } from '../subscriptions/view-subscription.js'
import { closeStream, deleteStream, type EndStreamOptions, type StreamEnd } from './end-stream.js'
import { upcastEvents } from './upcast-events.js'

/** Which events of an actor to read. */
export interface ReadEventsOptions extends ReadStreamOptions {
  /** Events as they were recorded. @default false */
  readonly raw?: boolean
}

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
   * Sends a command. Resolves when everything it decided is durable.
   *
   * @throws {CommandRejectedError} DRAMATIS_COMMAND_REJECTED: the domain refused it; an outcome.
   * @throws other coded errors, all listed in `docs/errors.md`.
   */
  send<K extends keyof C & string>(
    command: K,
    payload: InferObject<C[K]>,
    options?: SendOptions,
  ): Promise<Receipt<EventOf<E>>>
  /**
   * Describes a command for {@link Runtime.transact}. Nothing is sent, and nothing is checked yet.
   */
  command<K extends keyof C & string>(
    command: K,
    payload: InferObject<C[K]>,
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
   * The recorded events as they are today, oldest first unless asked otherwise. Versions and `limit`
   * count recorded events; upcasters may make more or fewer of them.
   *
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
}

/** @throws {InvalidIdError} DRAMATIS_INVALID_ID */
export function createActorReference<N extends string, S, E extends EventDefinitions, C>(
  system: ActorSystem,
  store: EventStore,
  upcasts: UpcastTable,
  definition: ActorDefinition<N, S, E, C>,
  id: string,
  isOpen: () => boolean,
): ActorReference<S, E, C> {
  const aggregateId = parseAggregateId(definition.name, id)
  const streamId = streamIdOf(definition.name, aggregateId)
  const refused = (): Promise<never> => Promise.reject(new ClosedError('the runtime'))
  return {
    streamId,
    send: (command, payload, options) =>
      isOpen()
        ? (system.send(definition, aggregateId, command, payload, options) as never)
        : refused(),
    command: (command, payload, options = {}) =>
      Object.freeze({ actor: definition, aggregateId, command, payload, options }) as never,
    append: (...events) =>
      Object.freeze({ actor: definition, aggregateId, events: Object.freeze(events) }) as never,
    closeStream: (options) =>
      isOpen() ? closeStream(system, definition, aggregateId, options) : refused(),
    deleteStream: (options) =>
      isOpen() ? deleteStream(system, definition, aggregateId, options) : refused(),
    state: () => (isOpen() ? (system.state(definition, aggregateId) as Promise<S>) : refused()),
    events: (options?: ReadEventsOptions) => {
      if (!isOpen()) throw new ClosedError('the runtime')
      return readEvents(store, upcasts, streamId, options) as never
    },
  }
}

function readEvents(
  store: EventStore,
  upcasts: UpcastTable,
  streamId: string,
  { raw = false, ...options }: ReadEventsOptions = {},
): AsyncIterable<RecordedEvent> {
  const events = store.readStream(streamId, options)
  if (raw) return events
  return upcastEvents(events, (event) => {
    const parts = upcasts.upcast(event)
    return parts === null || options.backward !== true ? parts : parts.toReversed()
  })
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
  }
}
