/**
 * `defineProjector`: the description of one view and how events change it.
 *
 * A projector is a pure, deterministic function from events to rows: it can be rebuilt at any time
 * and has no side effects. This file describes; `subscriptions/` runs it.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { frozenTable } from '../base/freeze.js'
import { arrayAt, functionAt, integerIn, knownKeys, objectAt, oneOf } from '../base/options.js'
import type { RecordedEvent } from '../events/event.js'
import { isTypeName } from '../events/stream-id.js'
import type { ActorDefinition, AnyActor, RecordedEvents } from './actor.js'

declare const rowTypeOf: unique symbol

/** Carries the type of a view's rows; made by {@link rowType}. */
export interface RowType<Row> {
  /** Type only: never present at run time. */
  readonly [rowTypeOf]: Row
}

/** Names the type of a view's rows: `row: rowType<OrderRow>()`. */
export function rowType<Row extends object>(): RowType<Row> {
  return Object.freeze({}) as RowType<Row>
}

/** One element of an index key. Dates sort by time; `undefined` counts as null. */
export type IndexPart = string | number | boolean | Date | null | undefined

/** Where a row stands in an index; `null` leaves it out. */
export type IndexKey = readonly IndexPart[] | null

/** What a projector changes rows through. Row ids are non-empty strings of at most 512 bytes. */
export interface ViewWriter<Row> {
  get(id: string): Row | undefined
  /** Writes the whole row. */
  put(id: string, row: Row): void
  /** Replaces the row by what `change` returns. A row that does not exist stays so. */
  update(id: string, change: (row: Row) => Row): void
  /** Replaces the row, or writes the first one: `change` gets `undefined` then. */
  upsert(id: string, change: (row: Row | undefined) => Row): void
  remove(id: string): void
}

/**
 * What happens at an event of a subscribed actor whose type no definition knows: a forgotten rename, or
 * the work of newer code. `fail`: the view stops before it, the handler parks its key. `skip`: it is
 * passed over, and stays passed over once the type is known again.
 */
export type UnknownEvents = 'fail' | 'skip'

/**
 * What queries see after a raised version, until the rows of that version are complete. `old`: the rows
 * of the version before, as of the moment. `new`: those there are already, and never any of older code.
 */
export type WhileFilling = 'old' | 'new'

/** The recorded events of several actors, by type. */
export type EventsFrom<A extends readonly AnyActor[]> = UnionToIntersection<
  A[number] extends infer Each
    ? Each extends ActorDefinition<string, infer _S, infer E, infer _C>
      ? RecordedEvents<E>
      : never
    : never
>

type UnionToIntersection<U> = (U extends unknown ? (one: U) => void : never) extends (
  all: infer I,
) => void
  ? I
  : never

declare const projectorTypes: unique symbol

/** What {@link defineProjector} returns. */
export interface ProjectorDefinition<N extends string, Row, I extends string> {
  /** Type only: never present at run time. */
  readonly [projectorTypes]: { readonly row: Row; readonly index: I }
  readonly name: N
  /** Raise it when rows must be built anew. */
  readonly version: number
  readonly from: readonly AnyActor[]
  readonly unknownEvents: UnknownEvents
  readonly whileFilling: WhileFilling
  readonly indexes: Readonly<Record<string, (row: Row) => IndexKey>>
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is in defineProjector.
  readonly on: Readonly<Record<string, (event: any, view: ViewWriter<any>) => unknown>>
}

// biome-ignore lint/suspicious/noExplicitAny: the bound of every projector definition.
export type AnyProjector = ProjectorDefinition<string, any, any>

/**
 * Describes a view.
 *
 * @param name - A letter, then letters, digits, `_` or `.`; it names the view's directory.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function defineProjector<
  const N extends string,
  const A extends readonly AnyActor[],
  Row,
  I extends string = never,
>(
  name: N,
  definition: {
    readonly version: number
    readonly from: A
    readonly row: RowType<Row>
    /** @default 'fail' */
    readonly unknownEvents?: UnknownEvents
    /** @default 'old' */
    readonly whileFilling?: WhileFilling
    readonly indexes?: Readonly<Record<I, (row: NoInfer<Row>) => IndexKey>>
    readonly on: {
      readonly [K in keyof EventsFrom<A>]?: (
        event: EventsFrom<A>[K],
        view: ViewWriter<NoInfer<Row>>,
      ) => void
    }
  },
): ProjectorDefinition<N, Row, I> {
  if (!isTypeName(name)) {
    throw new InvalidArgumentError('name of a projector', 'a type name (see defineActor)', name)
  }
  knownKeys(`projector ${name}`, definition, [
    'version',
    'from',
    'row',
    'unknownEvents',
    'whileFilling',
    'indexes',
    'on',
  ])
  assertSubscribes(`projector ${name}`, definition.from, definition.on)
  return Object.freeze({
    name,
    version: integerIn(`${name}.version`, definition.version, 1, 1_000_000),
    from: Object.freeze([...definition.from]),
    unknownEvents: parseUnknownEvents(name, definition.unknownEvents),
    whileFilling: oneOf(`${name}.whileFilling`, definition.whileFilling ?? 'old', ['old', 'new']),
    indexes: parseIndexes(`${name}.indexes`, definition.indexes ?? {}),
    on: frozenTable(definition.on),
  }) as never
}

/** Stopping loses nothing and names the event; an event that was passed over is lost in silence. */
export function parseUnknownEvents(
  name: string,
  unknownEvents: UnknownEvents | undefined,
): UnknownEvents {
  return oneOf(`${name}.unknownEvents`, unknownEvents ?? 'fail', ['fail', 'skip'])
}

function parseIndexes<T extends object>(argument: string, indexes: T): Readonly<T> {
  for (const [index, keyOf] of Object.entries(objectAt(argument, indexes))) {
    if (!isTypeName(index)) {
      throw new InvalidArgumentError(`name of ${argument}`, 'a type name (see defineActor)', index)
    }
    functionAt(`${argument}.${index}`, keyOf)
  }
  return frozenTable(indexes)
}

/** Every key of `on` is an event of one of the actors, with a function. */
export function assertSubscribes(
  argument: string,
  from: readonly AnyActor[],
  on: Readonly<Record<string, unknown>>,
): void {
  for (const actor of arrayAt(`${argument}.from`, from)) objectAt(`${argument}.from`, actor?.events)
  for (const [type, react] of Object.entries(objectAt(`${argument}.on`, on))) {
    functionAt(`${argument}.on.${type}`, react)
    if (!from.some((actor) => Object.hasOwn(actor.events as object, type))) {
      const names = from.map((actor) => actor.name).join(', ')
      throw new InvalidArgumentError(`${argument}.on`, `events of ${names || 'no actor'}`, type)
    }
  }
}

/** An event of any type, as erased code passes it. */
export type AnyRecordedEvent = RecordedEvent<string, unknown>
