/**
 * What a projector or a handler sees of the log: which records it wants, and what they are today.
 *
 * It subscribes by present names. A record is wanted when it is one of those, or when its upcasters may
 * make one of it; that is decided per type and version, on the header, so what nobody wants is still
 * passed over without decoding. Runs per event.
 */

import type { AnyActor } from '../define/actor.js'
import type { UnknownEvents } from '../define/projector.js'
import type { RecordedEvent } from '../events/event.js'
import type { UpcastTable } from '../events/upcasting.js'

/** What a definition says about the events it wants. */
interface Subscriber {
  readonly from: readonly AnyActor[]
  readonly on: Readonly<Record<string, unknown>>
  readonly unknownEvents: UnknownEvents
}

/** A type of events as they were recorded. */
interface RecordedType {
  readonly type: string
  readonly aggregateType: string
  readonly schemaVersion: number
}

const noParts: readonly RecordedEvent[] = Object.freeze([])

export class SubscribedEvents {
  readonly #upcasts: UpcastTable
  readonly #on: Subscriber['on']
  /** Actors whose unknown events are not to be passed over. */
  readonly #strict: ReadonlySet<string>
  #hasSeenOld = false

  constructor(upcasts: UpcastTable, { from, on, unknownEvents }: Subscriber) {
    this.#upcasts = upcasts
    this.#on = on
    this.#strict = new Set(unknownEvents === 'fail' ? from.map((actor) => actor.name) : [])
  }

  /** Whether a record of that type and version is wanted, or may become what is. A filter of a read. */
  readonly wantsType = (type: string, aggregateType: string, schemaVersion: number): boolean => {
    const types = this.#upcasts.typesOf(aggregateType, type, schemaVersion)
    const isWanted = types?.some((each) => this.#wants(each)) ?? this.#strict.has(aggregateType)
    this.#hasSeenOld ||= isWanted && !this.#upcasts.isCurrent(aggregateType, type, schemaVersion)
    return isWanted
  }

  /** Whether any of these recorded types is wanted, or may become what is. */
  wantsAnyOf(types: readonly RecordedType[]): boolean {
    return types.some(({ type, aggregateType, schemaVersion }) =>
      this.#upcasts.typesOf(aggregateType, type, schemaVersion)?.some((each) => this.#wants(each)),
    )
  }

  /** Whether a read through {@link wantsType} has met anything that is not of its current version. */
  get hasSeenOld(): boolean {
    return this.#hasSeenOld
  }

  /**
   * The events that a recorded one is today, those without a function left out.
   *
   * @returns `null`: the event itself, as it is.
   * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
   * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN
   * @throws {UnknownEventError} DRAMATIS_UNKNOWN_EVENT, where unknown events are not skipped
   */
  partsOf(event: RecordedEvent): readonly RecordedEvent[] | null {
    if (this.#isSkipped(event)) return noParts
    const parts = this.#upcasts.upcast(event)
    if (parts !== null) return parts.filter((part) => this.#wants(part.type))
    return this.#wants(event.type) ? null : noParts
  }

  #isSkipped({ aggregateType, type, schemaVersion }: RecordedEvent): boolean {
    // A look-up in vain, but only where there is a policy for it.
    if (this.#strict.has(aggregateType)) return false
    return this.#upcasts.typesOf(aggregateType, type, schemaVersion) === undefined
  }

  #wants(type: string): boolean {
    return this.#on[type] !== undefined
  }
}
