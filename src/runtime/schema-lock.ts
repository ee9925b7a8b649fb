/**
 * The lock of an app: everything about it that stored data depends on, as plain JSON.
 *
 * Kept in a file beside the code, so that a change which old data does not survive is found before it is
 * deployed. Keys are sorted and nothing in it depends on time, place or order of definition: the same app
 * gives the same text, and a change gives a small difference.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { InvalidArgumentError } from '../base/errors.js'
import type { AnyActor, AnyCommand, EventDefinitions } from '../define/actor.js'
import { type AppDefinition, isAppDefinition } from '../define/app.js'
import type { EventDefinition } from '../define/event.js'
import type { HandlerDefinition, StartFrom } from '../define/handler.js'
import type { AnyProjector, UnknownEvents } from '../define/projector.js'
import type { RetryPolicy } from '../define/retry.js'
import type { AnySaga } from '../define/saga/saga.js'
import { describeSchema } from '../events/json-schema.js'
import type { Json, JsonSchema } from '../events/json-schema-form.js'
import type { Schema } from '../events/standard-schema.js'
import { createSagaHandler } from '../sagas/saga-handler.js'

/** The form of lock that this code writes and reads. */
export const lockFormat = 1

/** A schema, and a hash of it by which an edited file is found out. */
export interface LockedSchema {
  /** Without its `$schema`. Of an event what is recorded, of a command what is sent. */
  readonly schema: JsonSchema
  /** 12 hexadecimal digits of SHA-256. */
  readonly schemaHash: string
}

export interface LockedEvent extends LockedSchema {
  readonly version: number
  /** Sorted, like every list of names here. */
  readonly formerly: readonly string[]
  readonly into: readonly string[]
  /** The versions that have an upcaster, ascending. */
  readonly upcastFrom: readonly number[]
  /** Fields that are sealed for their subjects. */
  readonly personal: readonly string[]
  readonly isTagged: boolean
}

export interface LockedActor {
  readonly commands: Readonly<Record<string, LockedSchema>>
  readonly events: Readonly<Record<string, LockedEvent>>
  /** When snapshots are kept may change at will; which states they are of may not. */
  readonly snapshot: { readonly version: number } | null
  /** The names of its claims. */
  readonly unique: readonly string[]
}

export interface LockedProjector {
  readonly from: readonly string[]
  readonly indexes: readonly string[]
  readonly on: readonly string[]
  readonly unknownEvents: UnknownEvents
  readonly version: number
}

export interface LockedHandler {
  readonly deadLetter: 'key' | 'event'
  readonly from: readonly string[]
  /** Whether it has a key of its own. */
  readonly keyed: boolean
  readonly on: readonly string[]
  readonly partitions: number
  readonly retry: RetryPolicy
  readonly runsOn: 'worker' | 'host'
  readonly startFrom: StartFrom
  readonly timeoutMs: number
  readonly unknownEvents: UnknownEvents
}

export interface LockedStep {
  readonly action: 'send' | 'call' | 'none'
  readonly compensated: boolean
  /** Names of the `each` around it, outermost first. */
  readonly each: readonly string[]
}

/** A saga; its handler is among the handlers, its actor among the actors. */
export interface LockedSaga {
  readonly messages: readonly string[]
  readonly startOn: readonly string[]
  readonly steps: Readonly<Record<string, LockedStep>>
}

/** What {@link describeSchemas} returns. Everything by name. */
export interface SchemaLock {
  readonly format: 1
  readonly actors: Readonly<Record<string, LockedActor>>
  readonly handlers: Readonly<Record<string, LockedHandler>>
  readonly projectors: Readonly<Record<string, LockedProjector>>
  /** Locks of before sagas have none. */
  readonly sagas: Readonly<Record<string, LockedSaga>>
}

/**
 * Describes an app for its lock file: `JSON.stringify(describeSchemas(app), null, 2)`.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: this is no app.
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
 */
export function describeSchemas(app: AppDefinition): SchemaLock {
  if (!isAppDefinition(app)) throw new InvalidArgumentError('app', 'made by defineApp', app)
  const lock: SchemaLock = {
    format: lockFormat,
    actors: byName(app.actors, describeActor),
    handlers: byName([...app.handlers, ...app.sagas.map(handlerOf)], describeHandler),
    projectors: byName(app.projectors, describeProjector),
    sagas: byName(app.sagas, describeSaga),
  }
  return sortKeys(lock as never) as never
}

/** An entry of a lock; `undefined`: there is none, whatever every object inherits. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function byName<T extends { readonly name: string }, U>(
  all: readonly T[],
  describe: (each: T) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(all.map((each) => [each.name, describe(each)]))
}

function describeActor({ name, commands, events, snapshot, unique }: AnyActor): LockedActor {
  return {
    commands: mapValues(commands, (command: AnyCommand, each) =>
      lockSchema(`command ${name}.${each}`, command.schema, 'input'),
    ),
    events: mapValues(events as EventDefinitions, (event, type) => describeEvent(type, event)),
    snapshot: snapshot && { version: snapshot.version },
    unique: Object.keys(unique).sort(),
  }
}

function describeEvent(type: string, event: EventDefinition<unknown>): LockedEvent {
  return {
    ...lockSchema(`event ${type}`, event.schema, 'output'),
    version: event.version,
    formerly: [...event.formerly].sort(),
    into: Object.keys(event.into).sort(),
    upcastFrom: Object.keys(event.upcast)
      .map(Number)
      .sort((a, b) => a - b),
    personal: Object.keys(event.personal).sort(),
    isTagged: event.tags !== null,
  }
}

function describeProjector(projector: AnyProjector): LockedProjector {
  const { from, indexes, on, unknownEvents, version } = projector
  return {
    from: from.map(({ name }) => name).sort(),
    indexes: Object.keys(indexes).sort(),
    on: Object.keys(on).sort(),
    unknownEvents,
    version,
  }
}

function describeHandler(handler: HandlerDefinition): LockedHandler {
  const { deadLetter, from, key, on, partitions, retry } = handler
  const { runsOn, startFrom, timeoutMs, unknownEvents } = handler
  return {
    deadLetter,
    from: from.map(({ name }) => name).sort(),
    keyed: key !== null,
    on: Object.keys(on).sort(),
    partitions,
    retry: { ...retry },
    runsOn,
    startFrom,
    timeoutMs,
    unknownEvents,
  }
}

function lockSchema(subject: string, schema: Schema, side: 'input' | 'output'): LockedSchema {
  const described = sortKeys(describeSchema(subject, schema, side)) as JsonSchema
  return { schema: described, schemaHash: hashSchema(described) }
}

/** The hash of a schema whatever the order of its keys. */
export function hashSchema(schema: JsonSchema): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(schema)))
    .digest('hex')
    .slice(0, 12)
}

function mapValues<T, U>(
  all: Readonly<Record<string, T>>,
  of: (each: T, name: string) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, of(each, name)]))
}

/** Lists keep their order, which may mean something; that of required fields does not. */
function sortKeys(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sortKeys)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    entries.map(([key, each]) => {
      const isSet = key === 'required' && Array.isArray(each)
      return [key, isSet ? [...each].sort() : sortKeys(each)]
    }),
  )
}

/** The handler that a saga has, as far as it is described. */
function handlerOf(saga: AnySaga): HandlerDefinition {
  return createSagaHandler(saga, neverAsked)
}

function neverAsked(): never {
  assert.fail('nothing is delivered to a description')
}

function describeSaga({ index, messages, startOn }: AnySaga): LockedSaga {
  const steps = [...index.steps].map(([name, { node, each }]) => {
    const { action, compensate } = node
    return [name, { action: action.kind, compensated: compensate !== null, each }] as const
  })
  return {
    messages: Object.keys(messages).sort(),
    startOn: [...startOn].sort(),
    steps: Object.fromEntries(steps),
  }
}
