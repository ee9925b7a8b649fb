/**
 * The schemas of a runtime: what the app knows, beside what its store has recorded.
 *
 * States nothing about whether the two fit: that is `check-schemas.ts`.
 */

import { knownKeys } from '../base/options.js'
import type { AnyActor, EventDefinitions } from '../define/actor.js'
import type { EventDefinition } from '../define/event.js'
import { jsonSchemaOf } from '../events/json-schema.js'
import type { JsonSchema } from '../events/json-schema-form.js'
import type { ShapeReader } from '../store/contracts.js'
import {
  type CountSchemasOptions,
  countRecorded,
  type RecordedSchema,
  recordedSchemas,
} from './recorded-schemas.js'

/** An event type: what the app says of it, and what the store has of it. */
export interface EventSchema {
  readonly aggregateType: string
  /** The present name; for a type that the app does not know, the recorded one. */
  readonly type: string
  /** The current schema version; `null`: the app does not know this type. */
  readonly version: number | null
  readonly formerly: readonly string[]
  /** The versions that have an upcaster. */
  readonly upcastFrom: readonly number[]
  /** What is recorded today; `null`: the app does not know this type. */
  readonly jsonSchema: JsonSchema | null
  /**
   * What the store has of it, under its present and former names. Of deleted streams, shapes without an
   * event may be left; counting leaves them out.
   */
  readonly recorded: readonly RecordedSchema[]
}

export class Schemas {
  readonly #actors: readonly AnyActor[]
  readonly #store: ShapeReader
  readonly #assertOpen: () => void

  constructor(actors: readonly AnyActor[], store: ShapeReader, assertOpen: () => void) {
    this.#actors = actors
    this.#store = store
    this.#assertOpen = assertOpen
  }

  /** Every event type of the app and of the store, by actor and name. Looks at no event. */
  async list(): Promise<readonly EventSchema[]> {
    this.#assertOpen()
    const left = new Set(recordedSchemas(await this.#store.readShapes()))
    const schemas: EventSchema[] = []
    for (const actor of this.#actors) {
      for (const [type, event] of Object.entries(actor.events as EventDefinitions)) {
        const names = [type, ...event.formerly]
        const isOf = (each: RecordedSchema): boolean =>
          each.aggregateType === actor.name && names.includes(each.type)
        const recorded = [...left].filter(isOf)
        for (const each of recorded) left.delete(each)
        schemas.push(knownSchema(actor.name, type, event, recorded))
      }
    }
    return [...schemas, ...unknownSchemas(left)].sort(byName)
  }

  /**
   * What the store has recorded, with the number of events. Reads every header of the log and decodes
   * nothing, in pieces between which everything else has its turn.
   *
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
   * @throws the signal's reason when it aborts.
   */
  async count(options: CountSchemasOptions = {}): Promise<readonly RecordedSchema[]> {
    this.#assertOpen()
    knownKeys('schemas.count', options, ['signal', 'onProgress'])
    return await countRecorded(this.#store, options)
  }
}

function knownSchema(
  aggregateType: string,
  type: string,
  { version, formerly, upcast, schema }: EventDefinition<unknown>,
  recorded: readonly RecordedSchema[],
): EventSchema {
  const upcastFrom = Object.keys(upcast).map(Number)
  const jsonSchema = jsonSchemaOf(schema)
  return { aggregateType, type, version, formerly, upcastFrom, jsonSchema, recorded }
}

function unknownSchemas(recorded: Iterable<RecordedSchema>): readonly EventSchema[] {
  const found = new Map<string, RecordedSchema[]>()
  for (const each of recorded) {
    const key = `${each.aggregateType} ${each.type}`
    found.set(key, [...(found.get(key) ?? []), each])
  }
  return [...found.values()].map((all) => ({
    aggregateType: all[0]!.aggregateType,
    type: all[0]!.type,
    version: null,
    formerly: [],
    upcastFrom: [],
    jsonSchema: null,
    recorded: all,
  }))
}

function byName(a: EventSchema, b: EventSchema): number {
  const [left, right] = [`${a.aggregateType} ${a.type}`, `${b.aggregateType} ${b.type}`]
  return left < right ? -1 : left > right ? 1 : 0
}
