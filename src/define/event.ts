/**
 * `defineEvent`: the description of one event type, its past included.
 *
 * A frozen description and nothing else: the name comes from the actor that lists it, the check is
 * compiled by `events/schema.ts` when a runtime opens, and `events/upcasting.ts` runs the upcasters.
 *
 * Invariant: `upcast` has functions under versions before the current one, and nothing else. That it
 * has all of them is checked by the actor that lists the event, which knows its name.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { frozenTable } from '../base/freeze.js'
import { arrayAt, functionAt, integerIn, knownKeys, objectAt } from '../base/options.js'
import type { RecordedEvent } from '../events/event.js'
import type { PayloadInputOf, PayloadOf } from '../events/payload-types.js'
import type { Schema } from '../events/standard-schema.js'
import { isTypeName } from '../events/stream-id.js'
import type { EventHistory, OldData, UpcastPart } from '../events/upcasting.js'
import type { LiteralsKept } from './literals-kept.js'
import { type AnyPersonalFields, type PersonalFields, parsePersonalFields } from './personal.js'
import { parseSchema } from './schema.js'

declare const dataType: unique symbol
declare const inputType: unique symbol

/**
 * What {@link defineEvent} returns. `Data` is the type of the payload; `Input` is what one is made of,
 * the same unless a Standard Schema transforms it.
 */
export interface EventDefinition<Data, Input = Data> extends EventHistory {
  /** Type only: never present at run time. */
  readonly [dataType]: Data
  /** Type only: never present at run time. */
  readonly [inputType]: Input
  readonly schema: Schema
  /** Schema version, 1-based. */
  readonly version: number
  /** `null`: its events have no tags. */
  readonly tags: ((data: never) => readonly string[]) | null
  /** Fields about somebody, by name. */
  readonly personal: AnyPersonalFields
}

/** The payload type of an event definition. */
export type DataOf<Definition> =
  Definition extends EventDefinition<infer Data, infer _Input> ? Data : never

/** The type of what an event's payload is made of. */
export type DataInputOf<Definition> =
  Definition extends EventDefinition<infer _Data, infer Input> ? Input : never

/** Definitions by name: the other events that old ones may become. */
// biome-ignore lint/suspicious/noExplicitAny: the bound of every event map, whatever its payloads.
export type UpcastTargets = Readonly<Record<string, EventDefinition<any, any>>>

/** What an upcaster is given to return several events with, or another one. */
export interface UpcastTools<Next, Into extends UpcastTargets> {
  /** This event at its next version; it goes on with the upcasters after that. */
  readonly next: (data: Next) => UpcastPart
  /** Another event of the same actor, at its current version. */
  readonly into: { readonly [K in keyof Into & string]: (data: DataOf<Into[K]>) => UpcastPart }
}

/**
 * Makes the next version of an old payload: returns it, or a list of events made by `next` and `into`;
 * an empty list drops the event. Pure and synchronous. Payload and event are frozen.
 *
 * `data` may be given the type that the old payload had; nothing checks it against the log.
 */
export type Upcaster<Next, Into extends UpcastTargets = UpcastTargets> = {
  // A method, so that `data` may be given a narrower type.
  upcast(
    data: OldData,
    event: RecordedEvent<string, OldData>,
    tools: UpcastTools<Next, Into>,
  ): Next | readonly UpcastPart[]
}['upcast']

/** The versions before V, as far as types can count. */
type VersionsBefore<V, Count extends unknown[] = [unknown], Found = never> = number extends V
  ? number
  : Count['length'] extends V
    ? Found
    : Count['length'] extends 500
      ? number
      : VersionsBefore<V, [...Count, unknown], Found | Count['length']>

/** One upcaster for each version before V; the last one makes the current payload. */
type Upcasters<V, Data, Into extends UpcastTargets> = V extends number
  ? // A condition, so that the compiler knows V before it looks at the functions' parameters.
    {
      readonly [K in VersionsBefore<V> & number]: Upcaster<
        K extends VersionBefore<V> ? Data : object,
        Into
      >
    }
  : never

type VersionBefore<V, Count extends unknown[] = [unknown]> = number extends V
  ? never
  : [...Count, unknown]['length'] extends V
    ? Count['length']
    : Count['length'] extends 500
      ? never
      : VersionBefore<V, [...Count, unknown]>

/** Written apart, where the compiler sees it before it knows V. */
type LiteralsKeptInside = Readonly<Record<number, (...args: never) => LiteralsKept | object>>

export interface EventOptions<
  V extends number = number,
  Data = object,
  Into extends UpcastTargets = UpcastTargets,
> {
  /** Raise it when the schema changes. Integer in [1, 1_000_000]. @default 1 */
  readonly version?: V
  /** For every version before, what makes the next one of it: `{ 1: (data) => ..., 2: ... }`. */
  readonly upcast?: Upcasters<V, Data, Into> & LiteralsKeptInside
  /**
   * Names that the event had before, in the same actor. Versions go on counting across a rename.
   * @default none
   */
  readonly formerly?: readonly string[]
  /** Other events of the same actor that old ones of this may become, by name. @default none */
  readonly into?: Into
  /**
   * What events of this type can be found by across streams: `(data) => [`course:${data.courseId}`]`.
   * At most 20 texts of 1 to 200 characters each, best ids: they are hashed, not encrypted. Pure and
   * synchronous; runs once, when an event is recorded. @default none, which costs nothing
   */
  readonly tags?: (data: Data) => readonly string[]
  /**
   * Fields about somebody, each with whom: recorded so that `runtime.forget` makes them unreadable.
   * @default none
   */
  readonly personal?: PersonalFields<Data>
}

const optionNames = ['version', 'upcast', 'formerly', 'into', 'tags', 'personal']

/**
 * Describes an event type.
 *
 * @param schema - Field names to fastest-validator rules, or a Standard Schema (zod, valibot, arktype);
 *   the payload's type is inferred from it. Rules are strict: fields that they do not name are refused,
 *   at every level. What a Standard Schema makes of a payload is recorded, and not checked again.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function defineEvent<
  const S extends Schema<object>,
  const V extends number = 1,
  const Into extends UpcastTargets = Record<never, never>,
>(
  schema: S,
  options: EventOptions<V, PayloadOf<S>, Into> = {},
): EventDefinition<PayloadOf<S>, PayloadInputOf<S>> {
  knownKeys('options of an event', options, optionNames)
  const version = integerIn('version', options.version ?? 1, 1, 1_000_000)
  return Object.freeze({
    schema: parseSchema('schema', schema),
    version,
    upcast: parseUpcasters(version, options.upcast ?? {}),
    formerly: parseNames(options.formerly ?? []),
    into: frozenTable(objectAt('into', options.into ?? {})),
    tags: options.tags === undefined ? null : functionAt('tags', options.tags),
    personal: parsePersonalFields(schema, options.personal ?? {}),
  }) as never
}

function parseUpcasters(version: number, upcasters: object): object {
  for (const [key, upcaster] of Object.entries(objectAt('upcast', upcasters))) {
    const from = Number(key)
    if (!Number.isInteger(from) || from < 1 || from >= version || String(from) !== key) {
      const expected =
        version === 1 ? 'left out for version 1' : `under versions from 1 to ${version - 1} only`
      throw new InvalidArgumentError('upcast', expected, key)
    }
    functionAt(`upcast[${key}]`, upcaster)
  }
  return frozenTable(upcasters)
}

function parseNames(names: readonly string[]): readonly string[] {
  for (const name of arrayAt('formerly', names)) {
    if (isTypeName(name)) continue
    throw new InvalidArgumentError('formerly', 'a list of names of events', name)
  }
  return Object.freeze([...names])
}
