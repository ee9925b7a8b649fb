/**
 * Upcasting: what a recorded event is in the code of today.
 *
 * The log is never rewritten. An event of an older schema version is led through its upcasters, one
 * version after the other, each time it is read; an event of a former name gets its present one. The
 * table is built once from the definitions and knows no store. Runs per event: one of the current
 * version costs one look-up.
 *
 * An upcaster returns the next version's payload, or a list of parts: `next` goes on with the chain of
 * the same event, `into` makes another event of the same actor at its current version. So every step
 * leads forward and no chain can loop.
 *
 * Invariants:
 *   - what goes into an upcaster, and what comes out, is frozen: none can change what another sees;
 *   - the parts of one recorded event have its id, version, position, times and metadata;
 *   - versions go on counting across a rename: a former name's version 2 is version 2 of the present.
 */

import assert from 'node:assert/strict'
import { types } from 'node:util'
import { describeValue } from '../base/errors.js'
import { deepFreeze } from '../base/freeze.js'
import { copyOfArray, isArray } from '../base/options.js'
import type { EventValue, RecordedEvent } from './event.js'
import { isStreamEnd } from './stream-end.js'
import { SchemaVersionUnknownError, UnknownEventError, UpcastFailedError } from './upcast-errors.js'
import { isPlainObject } from './values.js'

/** Parts that one recorded event may become. */
export const upcastPartsMax = 1_000

/** A payload as it was recorded, or as an upcaster left it. */
export type OldData = Readonly<Record<string, EventValue>>

/** One of the events that an old one becomes. Made by `next` and `into`, meaningless elsewhere. */
export class UpcastPart {
  readonly #owner: object
  /** The type it becomes; `null`: the next version of its own. */
  readonly type: string | null
  readonly data: unknown

  constructor(owner: object, type: string | null, data: unknown) {
    this.#owner = owner
    this.type = type
    this.data = data
  }

  /** Whether it was made by the tools of this chain. */
  belongsTo(owner: object): boolean {
    return this.#owner === owner
  }
}

/** An upcaster with its types erased: how the runtime holds it. */
export type AnyUpcaster = (
  data: OldData,
  event: RecordedEvent<string, OldData>,
  tools: Tools,
) => unknown

interface Tools {
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is UpcastTools in define/.
  readonly next: (data: any) => UpcastPart
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is UpcastTools in define/.
  readonly into: Readonly<Record<string, (data: any) => UpcastPart>>
}

/** What an event's definition says about its past. */
export interface EventHistory {
  /** The current schema version. */
  readonly version: number
  /** For each version before, what makes the next one of it. */
  readonly upcast: Readonly<Record<number, AnyUpcaster>>
  readonly formerly: readonly string[]
  /** The events that old ones of this may become beside it, by type. */
  readonly into: Readonly<Record<string, { readonly version: number }>>
}

/** What an actor's definition says about the past of its events. */
export interface ActorHistory {
  readonly name: string
  readonly events: Readonly<Record<string, EventHistory>>
}

/** What the ends of streams are to actors, views and handlers. */
const nothing: readonly never[] = Object.freeze([])

/** How every recorded event of some actors is read. */
export class UpcastTable {
  /** By present and former names, which are unique in an app. */
  readonly #chains = new Map<string, UpcastChain>()

  constructor(actors: Iterable<ActorHistory>) {
    for (const { name, events } of actors) {
      for (const [type, history] of Object.entries(events)) {
        const chain = new UpcastChain(name, type, history)
        for (const each of [type, ...history.formerly]) {
          assert(!this.#chains.has(each))
          this.#chains.set(each, chain)
        }
      }
    }
  }

  /**
   * What a recorded event is today.
   *
   * @returns `null`: what it was when it was recorded. Otherwise its parts in order; none is possible.
   * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
   * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN
   * @throws {UnknownEventError} DRAMATIS_UNKNOWN_EVENT
   */
  upcast(event: RecordedEvent): readonly RecordedEvent[] | null {
    const chain = this.#chainOf(event.aggregateType, event.type)
    if (chain === undefined) {
      if (isStreamEnd(event.type)) return nothing
      throw new UnknownEventError(event)
    }
    if (chain.isCurrent(event.type, event.schemaVersion)) return null
    return chain.upcast(event)
  }

  /** The types that a recorded one is today, or may become. `undefined`: nobody knows it. */
  typesOf(
    aggregateType: string,
    type: string,
    schemaVersion: number,
  ): readonly string[] | undefined {
    const chain = this.#chainOf(aggregateType, type)
    if (chain === undefined) return isStreamEnd(type) ? nothing : undefined
    return schemaVersion < chain.version ? chain.typesAll : chain.typesOwn
  }

  /** Whether events of that recorded type and version are read as they are. */
  isCurrent(aggregateType: string, type: string, schemaVersion: number): boolean {
    return this.#chainOf(aggregateType, type)?.isCurrent(type, schemaVersion) === true
  }

  #chainOf(aggregateType: string, type: string): UpcastChain | undefined {
    const chain = this.#chains.get(type)
    return chain?.aggregateType === aggregateType ? chain : undefined
  }
}

/** An event under construction: its number is known once all parts are. */
type NumberedEvent = { -readonly [K in keyof RecordedEvent]: RecordedEvent[K] }

/** The versions of one event and what leads from each to the next. */
class UpcastChain {
  readonly aggregateType: string
  readonly type: string
  readonly version: number
  readonly typesOwn: readonly string[]
  readonly typesAll: readonly string[]
  readonly #history: EventHistory
  readonly #tools: Tools

  constructor(aggregateType: string, type: string, history: EventHistory) {
    this.aggregateType = aggregateType
    this.type = type
    this.version = history.version
    this.typesOwn = [type]
    this.typesAll = [type, ...Object.keys(history.into)]
    this.#history = history
    const into = Object.keys(history.into).map((each) => [
      each,
      (data: unknown) => new UpcastPart(this, each, data),
    ])
    this.#tools = Object.freeze({
      next: (data: unknown) => new UpcastPart(this, null, data),
      into: Object.freeze(Object.fromEntries(into)),
    })
  }

  isCurrent(type: string, schemaVersion: number): boolean {
    return schemaVersion === this.version && type === this.type
  }

  upcast(event: RecordedEvent): readonly RecordedEvent[] {
    if (event.schemaVersion > this.version) throw new SchemaVersionUnknownError(event, this.version)
    const recorded = frozen(event)
    const found: NumberedEvent[] = []
    this.#follow(recorded, event.schemaVersion, recorded.data, found)
    if (found.length > 1) for (let part = 0; part < found.length; part++) found[part]!.part = part
    return found
  }

  /** Leads a payload from a version to the current one, or to where it splits. */
  #follow(
    recorded: RecordedEvent<string, OldData>,
    from: number,
    data: OldData,
    found: NumberedEvent[],
  ): void {
    let current = data
    for (let version = from; version < this.version; version++) {
      const result = this.#step(recorded, version, current)
      if (isArray(result)) {
        const parts = copyOfArray(result, upcastPartsMax)
        if (parts === undefined) throw tooMany(recorded, version)
        for (const part of parts) this.#take(recorded, version, part, found)
        return
      }
      current = result as OldData
    }
    found.push(eventOf(recorded, this.type, this.version, current))
  }

  #take(
    recorded: RecordedEvent<string, OldData>,
    version: number,
    part: unknown,
    found: NumberedEvent[],
  ): void {
    if (!isPartOf(this, part)) {
      const why = `returned a list with ${describeValue(part)}, which neither next nor into made`
      throw new UpcastFailedError(recorded, version, why)
    }
    if (found.length >= upcastPartsMax) throw tooMany(recorded, version)
    const { type, data } = part
    if (!isFrozenPayload(data)) {
      const why = `made an event of ${describeValue(data)} where a payload is a plain object`
      throw new UpcastFailedError(recorded, version, why)
    }
    if (type === null) this.#follow(recorded, version + 1, data, found)
    else found.push(eventOf(recorded, type, this.#history.into[type]!.version, data))
  }

  /** Calls one upcaster. @returns a frozen payload, or a list that is not checked yet. */
  #step(recorded: RecordedEvent<string, OldData>, version: number, data: OldData): unknown {
    let result: unknown
    try {
      result = this.#history.upcast[version]!(data, recorded, this.#tools)
      if (isArray(result)) return result
      if (isPlainObject(result)) return deepFreeze(result)
    } catch (cause) {
      throw new UpcastFailedError(recorded, version, `threw ${describeValue(cause)}`, { cause })
    }
    const found = types.isPromise(result) ? 'a promise' : describeValue(result)
    // Its rejection, if any, is answered here.
    if (types.isPromise(result)) result.catch(() => {})
    const why = `returned ${found} where a payload is a plain object, or a list of next and into`
    throw new UpcastFailedError(recorded, version, why)
  }
}

/** No for what cannot even be asked what it is. */
function isPartOf(chain: UpcastChain, part: unknown): part is UpcastPart {
  try {
    return part instanceof UpcastPart && part.belongsTo(chain)
  } catch {
    return false
  }
}

/** Freezes it, if it is one. */
function isFrozenPayload(data: unknown): data is OldData {
  try {
    return isPlainObject(data) && Object.isFrozen(deepFreeze(data))
  } catch {
    return false
  }
}

function tooMany(recorded: RecordedEvent, version: number): UpcastFailedError {
  const why = `made more than ${upcastPartsMax} events of one, or a list that cannot be read`
  return new UpcastFailedError(recorded, version, why)
}

/** Part by part: walking the envelope, whose values but two are no objects, takes half as long again. */
function frozen(event: RecordedEvent): RecordedEvent<string, OldData> {
  deepFreeze(event.data)
  deepFreeze(event.metadata)
  return Object.freeze(event) as RecordedEvent<string, OldData>
}

function eventOf(
  recorded: RecordedEvent,
  type: string,
  schemaVersion: number,
  data: OldData,
): NumberedEvent {
  const event: NumberedEvent = {
    id: recorded.id,
    type,
    schemaVersion,
    aggregateType: recorded.aggregateType,
    aggregateId: recorded.aggregateId,
    streamId: recorded.streamId,
    version: recorded.version,
    position: recorded.position,
    recordedAt: recorded.recordedAt,
    occurredAt: recorded.occurredAt,
    data,
    metadata: recorded.metadata,
  }
  if (recorded.forgotten !== undefined) event.forgotten = recorded.forgotten
  return event
}
