/**
 * Reading recorded events by the types of today: which records may become wanted events, and what they
 * become.
 *
 * An event that no definition knows keeps its recorded name. Runs per shape, and per event that is read.
 */

import type { RecordedEvent } from './event.js'
import type { UpcastTable } from './upcasting.js'

export class PresentTypes {
  readonly #upcasts: UpcastTable
  readonly #types: ReadonlySet<string> | undefined

  /** @param types - Present names; `undefined`: all of them. */
  constructor(upcasts: UpcastTable, types: Iterable<string> | undefined) {
    this.#upcasts = upcasts
    this.#types = types === undefined ? undefined : new Set(types)
  }

  /** Whether records of that type and version are wanted events, or may become some. */
  wants(type: string, aggregateType: string, schemaVersion: number): boolean {
    const types = this.#types
    if (types === undefined) return true
    const present = this.#upcasts.typesOf(aggregateType, type, schemaVersion) ?? [type]
    return present.some((each) => types.has(each))
  }

  /**
   * The wanted events that a recorded one is today; `null`: itself.
   *
   * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
   * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN
   */
  partsOf(event: RecordedEvent): readonly RecordedEvent[] | null {
    const { aggregateType, type, schemaVersion } = event
    if (this.#upcasts.typesOf(aggregateType, type, schemaVersion) === undefined) return null
    const parts = this.#upcasts.upcast(event)
    const types = this.#types
    if (types === undefined || parts === null) return parts
    return parts.filter((part) => types.has(part.type))
  }
}
