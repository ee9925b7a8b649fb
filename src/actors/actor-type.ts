/**
 * An actor definition made ready to run: its checks compiled, its names in maps.
 *
 * Built once per definition when a system is created, so that a command costs look-ups only. It
 * holds no actor and decides nothing.
 */

import type { AnyActor, AnyCommand } from '../define/actor.js'
import type { EventDefinition } from '../define/event.js'
import type { SnapshotRules } from '../define/snapshot.js'
import type { RecordedEvent } from '../events/event.js'
import { compileSchema, type PayloadCheck } from '../events/schema.js'
import { UpcastTable } from '../events/upcasting.js'
import type { TagsOf } from './event-tags.js'
import { compilePersonal, type PersonalType } from './personal-fields.js'
import { streamEndCommands, streamEndEvents } from './stream-end-commands.js'

export interface CommandType {
  readonly name: string
  readonly definition: AnyCommand
  readonly payload: PayloadCheck
  /** Only on those of `stream-end-commands.ts`. */
  readonly endsStream?: true
}

export interface EventType {
  readonly payload: PayloadCheck
  readonly schemaVersion: number
  readonly evolve: Evolve
  /** `null`: its events have none. */
  readonly tags: TagsOf | null
  /** Only on those of `stream-end-commands.ts`. */
  readonly endsStream?: true
  /** `null`: none of its fields is personal. */
  readonly personal: PersonalType | null
}

export type Evolve = (state: unknown, event: RecordedEvent) => unknown

export interface ActorType {
  readonly name: string
  readonly definition: AnyActor
  readonly commands: ReadonlyMap<string, CommandType>
  readonly events: ReadonlyMap<string, EventType>
  /** How its recorded events are read. */
  readonly upcasts: UpcastTable
  /** The tools that are the same for every command. */
  readonly creators: AnyActor['creators']
  readonly snapshot: SnapshotRules | null
  /** What a state claims, by the name of the claim: `Customer.email`. `null`: nothing. */
  readonly unique: ReadonlyMap<string, (state: unknown) => unknown> | null
}

/**
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: a forgotten field would not fit its schema.
 */
export function compileActor(definition: AnyActor): ActorType {
  const { name } = definition
  const commands = new Map(streamEndCommands.map((each) => [each.name, each]))
  for (const [command, each] of Object.entries(definition.commands)) {
    const payload = compileSchema(`command ${name}.${command}`, each.schema)
    commands.set(command, Object.freeze({ name: command, definition: each, payload }))
  }
  const events = new Map(streamEndEvents(definition))
  const eventEntries: [string, EventDefinition<unknown>][] = Object.entries(definition.events)
  for (const [type, each] of eventEntries) {
    const payload = compileSchema(`event ${type}`, each.schema)
    const evolve = definition.evolve[type] as unknown as Evolve
    const personal = compilePersonal(type, each)
    const { version: schemaVersion, tags } = each
    events.set(type, Object.freeze({ payload, schemaVersion, evolve, tags, personal }))
  }
  return Object.freeze({
    name,
    definition,
    commands,
    events,
    upcasts: new UpcastTable([definition]),
    creators: definition.creators,
    snapshot: definition.snapshot,
    unique: uniqueOf(definition),
  })
}

function uniqueOf({ name, unique }: AnyActor): ActorType['unique'] {
  const functions: [string, (state: unknown) => unknown][] = Object.entries(unique)
  if (functions.length === 0) return null
  return new Map(functions.map(([claim, valuesOf]) => [`${name}.${claim}`, valuesOf]))
}
