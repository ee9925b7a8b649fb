/**
 * `defineActor`: the description of one aggregate type.
 *
 * Holds its events, how they fold into a state, and which commands decide them. Frozen, pure, and
 * cheap to load in a worker: nothing here validates payloads or knows of mailboxes.
 *
 * Invariants:
 *   - every event has exactly one `evolve`; every creator makes only its actor's events;
 *   - every version of an event that was ever current leads to the current one;
 *   - `decide` and `evolve` are synchronous and pure: the same input gives the same output.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { frozenTable } from '../base/freeze.js'
import { functionAt, knownKeys, objectAt } from '../base/options.js'
import type { EventMetadata, NewEvent, RecordedEvent } from '../events/event.js'
import type { PayloadInputOf, PayloadOf } from '../events/payload-types.js'
import type { Schema } from '../events/standard-schema.js'
import { isTypeName } from '../events/stream-id.js'
import { UpcastGapError } from '../events/upcast-errors.js'
import type { EventHistory } from '../events/upcasting.js'
import type { DataInputOf, DataOf, EventDefinition } from './event.js'
import type { LiteralsKept } from './literals-kept.js'
import { parseSchema } from './schema.js'
import { parseSnapshotOptions, type SnapshotOptions, type SnapshotRules } from './snapshot.js'

// biome-ignore lint/suspicious/noExplicitAny: the bound of every event map, whatever its payloads.
export type EventDefinitions = Readonly<Record<string, EventDefinition<any, any>>>

/** Makes a {@link NewEvent} of one type, and names that type where events are asked for. */
export interface EventCreator<Type extends string, Data> {
  (data: Data): NewEvent<Type, Data>
  readonly type: Type
}

/** One function per event type that makes a {@link NewEvent} of it. */
export type EventCreators<E extends EventDefinitions> = {
  readonly [K in keyof E & string]: EventCreator<K, DataInputOf<E[K]>>
}

/** Any of the new events that an actor can decide. */
export type NewEventOf<E extends EventDefinitions> = {
  [K in keyof E & string]: NewEvent<K, DataInputOf<E[K]>>
}[keyof E & string]

/** What `reject` returns and `decide` hands back: the domain says no. */
export interface Rejection {
  readonly rejected: string
  readonly message?: string
}

/** What `decide` is given beside the state and the command. */
export interface DecideTools<E extends EventDefinitions> {
  readonly events: EventCreators<E>
  /** Refuses the command. `reason` is the domain's own, stable code. */
  readonly reject: (reason: string, message?: string) => Rejection
  /** The runtime's clock. */
  readonly now: Date
  readonly aggregateId: string
  readonly metadata: EventMetadata
}

/** What `prepare` is given beside the command. */
export interface PrepareTools {
  readonly aggregateId: string
  /** Aborted with the caller's signal and at the command's deadline. */
  readonly signal: AbortSignal
}

export interface CommandDefinition<S, C, E extends EventDefinitions> {
  /**
   * Field names to fastest-validator rules, or a Standard Schema; the command's type is inferred from it.
   */
  readonly schema: C
  /**
   * Looks things up before the command enters the mailbox, and returns the command completed. May be
   * asynchronous; runs outside the mailbox, so other commands do not wait for it. The result is
   * validated again, so it has to be what the schema takes.
   */
  readonly prepare?: (
    command: NoInfer<PayloadOf<C>>,
    tools: PrepareTools,
  ) => NoInfer<PayloadInputOf<C>> | Promise<NoInfer<PayloadInputOf<C>>>
  /** Decides: one event, several, none (`[]`: nothing to do), or a rejection. */
  readonly decide: (
    state: S,
    command: NoInfer<PayloadOf<C>>,
    tools: DecideTools<E>,
  ) => NewEventOf<E> | readonly NewEventOf<E>[] | Rejection
}

/** What a state claims under one name: a text, a list of texts, or `null` for nothing. */
export type ClaimedValues = string | readonly string[] | null

declare const actorTypes: unique symbol

/** What {@link defineActor} returns. */
export interface ActorDefinition<N extends string, S, E extends EventDefinitions, C> {
  /** Type only: never present at run time. */
  readonly [actorTypes]: { readonly state: S; readonly commands: C }
  readonly name: N
  readonly initialState: () => S
  readonly events: E
  readonly creators: EventCreators<E>
  readonly evolve: Readonly<Record<string, (state: S, event: RecordedEvent<string, never>) => S>>
  readonly commands: Readonly<Record<string, AnyCommand>>
  readonly snapshot: SnapshotRules | null
  /** By the name of the claim, what a state claims. */
  readonly unique: object
  /** The definition that users hold of this one; absent: it is this one. */
  readonly madeOf?: AnyActor
}

/** A command definition with its types erased: how the runtime holds it. */
export interface AnyCommand {
  readonly schema: Schema
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is CommandDefinition.
  readonly prepare?: (command: any, tools: PrepareTools) => unknown
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is CommandDefinition.
  readonly decide: (state: any, command: any, tools: any) => unknown
  /** Events that it may decide at once; of the library's own commands only. @default the runtime's limit */
  readonly eventsMax?: number
}

// biome-ignore lint/suspicious/noExplicitAny: the bound of every actor definition.
export type AnyActor = ActorDefinition<string, any, any, any>

export type StateOf<A> =
  A extends ActorDefinition<string, infer S, EventDefinitions, infer _C> ? S : never

/** The names of an actor's commands. */
export type CommandName<C> = keyof C & string

/** The recorded events of an actor's event map, by type. */
export type RecordedEvents<E extends EventDefinitions> = {
  [K in keyof E & string]: RecordedEvent<K, DataOf<E[K]>>
}

/**
 * Describes an actor: its state, events, how they fold, and its commands. Types follow from the
 * schemas; only the state's type is written down (on `initialState`).
 *
 * @param name - A letter, then letters, digits, `_` or `.`; at most 100 characters; no `-`.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {UpcastGapError} DRAMATIS_UPCAST_GAP
 */
export function defineActor<
  const N extends string,
  S extends NonNullable<unknown> | null,
  E extends EventDefinitions,
  const C extends Record<string, unknown>,
  U extends Record<string, unknown> = Record<never, never>,
>(
  name: N,
  definition: {
    readonly initialState: () => S
    readonly events: E
    readonly evolve: {
      readonly [K in keyof E & string]: NoInfer<
        (state: S, event: RecordedEvent<K, DataOf<E[K]>>) => S | LiteralsKept
      >
    }
    readonly commands: {
      readonly [K in keyof C]: CommandDefinition<NoInfer<S>, C[K], NoInfer<E>>
    }
    readonly snapshot?: SnapshotOptions<NoInfer<S>, NoInfer<RecordedEvents<E>[keyof E & string]>>
    /**
     * Values that no two actors of this type may have at the same time, as functions of the state:
     * `{ email: (state) => state.email }`. Claimed and released in the commit of the events that
     * change the state. Synchronous and pure. @default none
     */
    readonly unique?: { readonly [K in keyof U]: (state: NoInfer<S>) => ClaimedValues }
  },
): ActorDefinition<N, S, E, C> & {
  readonly unique: { readonly [K in keyof U]: (state: S) => ClaimedValues }
} {
  assertName('name of an actor', name)
  knownKeys(`actor ${name}`, definition, [
    'initialState',
    'events',
    'evolve',
    'commands',
    'snapshot',
    'unique',
  ])
  functionAt(`${name}.initialState`, definition.initialState)
  assertEvents(name, definition.events)
  assertEvolves(name, definition.events, definition.evolve)
  return Object.freeze({
    name,
    initialState: definition.initialState,
    events: frozenTable(definition.events),
    creators: createEventCreators(definition.events),
    evolve: frozenTable(definition.evolve),
    commands: parseCommands(name, definition.commands),
    snapshot: parseSnapshotOptions(name, definition.snapshot),
    unique: parseUnique(name, definition.unique ?? {}),
  }) as never
}

function createEventCreators<E extends EventDefinitions>(events: E): EventCreators<E> {
  const creators: Record<string, EventCreator<string, unknown>> = {}
  for (const type of Object.keys(events)) {
    creators[type] = Object.freeze(Object.assign((data: unknown) => ({ type, data }), { type }))
  }
  return frozenTable(creators) as never
}

function assertName(argument: string, name: unknown): void {
  if (isTypeName(name)) return
  throw new InvalidArgumentError(
    argument,
    "a letter, then letters, digits, '_' or '.', at most 100 characters",
    name,
  )
}

function assertEvents(name: string, events: Readonly<Record<string, unknown>>): void {
  for (const [type, event] of Object.entries(objectAt(`${name}.events`, events))) {
    assertName(`event of ${name}`, type)
    const made = event as { readonly schema?: unknown; readonly upcast?: unknown } | null
    if (made?.schema === undefined || made.upcast === undefined) {
      throw new InvalidArgumentError(`${name}.events.${type}`, 'made by defineEvent', event)
    }
    assertHistory(name, type, event as EventHistory, events)
  }
}

/** Old events can be read: no version is left out, and what they become is an event of this actor. */
function assertHistory(
  name: string,
  type: string,
  { version, upcast, formerly, into }: EventHistory,
  events: Readonly<Record<string, unknown>>,
): void {
  const missing: number[] = []
  for (let from = 1; from < version && missing.length < 10; from++) {
    if (upcast[from] === undefined) missing.push(from)
  }
  if (missing.length > 0) throw new UpcastGapError(type, version, missing)
  for (const former of formerly) {
    if (!Object.hasOwn(events, former)) continue
    throw new InvalidArgumentError(
      `${name}.events.${type}.formerly`,
      `names that ${name} has no event of any more`,
      former,
    )
  }
  for (const [target, definition] of Object.entries(into)) {
    if (target !== type && Object.hasOwn(events, target) && events[target] === definition) continue
    throw new InvalidArgumentError(
      `${name}.events.${type}.into`,
      `other events of ${name}, by their names and definitions`,
      target,
    )
  }
}

function parseCommands(name: string, commands: object): Readonly<Record<string, AnyCommand>> {
  for (const [command, definition] of Object.entries(objectAt(`${name}.commands`, commands))) {
    assertName(`command of ${name}`, command)
    const argument = `${name}.commands.${command}`
    knownKeys(argument, definition, ['schema', 'prepare', 'decide'])
    parseSchema(`${argument}.schema`, definition.schema)
    functionAt(`${argument}.decide`, definition.decide)
    if (definition.prepare !== undefined) functionAt(`${argument}.prepare`, definition.prepare)
  }
  return frozenTable(commands) as Readonly<Record<string, AnyCommand>>
}

function assertEvolves(name: string, events: object, evolve: Record<string, unknown>): void {
  objectAt(`${name}.evolve`, evolve)
  for (const type of Object.keys(events)) {
    functionAt(`${name}.evolve.${type}`, Object.hasOwn(evolve, type) ? evolve[type] : undefined)
  }
  for (const type of Object.keys(evolve)) {
    if (Object.hasOwn(events, type)) continue
    throw new InvalidArgumentError(`${name}.evolve`, `functions for events of ${name} only`, type)
  }
}

function parseUnique(name: string, unique: object): object {
  for (const [claim, valuesOf] of Object.entries(objectAt(`${name}.unique`, unique))) {
    assertName(`claim of ${name}`, claim)
    functionAt(`${name}.unique.${claim}`, valuesOf)
  }
  return frozenTable(unique)
}
