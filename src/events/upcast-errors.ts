/**
 * The operating errors of reading old events: what the code of today cannot make of a recorded one.
 *
 * The record itself is sound and stays as it is; the code has to be mended. Reading raw works all the
 * same. Codes are API: `docs/errors.md`.
 */

import { DramatisError } from '../base/errors.js'
import type { Position, RecordedEvent } from './event.js'

/** An upcaster threw, or returned what is no payload. The log is as it was: mend the upcaster. */
export class UpcastFailedError extends DramatisError {
  readonly code = 'DRAMATIS_UPCAST_FAILED'
  readonly position: Position
  readonly streamId: string
  /** The event as it was recorded. */
  readonly type: string
  readonly schemaVersion: number
  /** The version whose upcaster failed: the key of `upcast`. */
  readonly step: number

  constructor(
    event: RecordedEvent,
    step: number,
    why: string,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `Expected the upcaster ${step} of ${event.type} to make version ${step + 1} of the event at ` +
        `position ${event.position} (${event.id}, recorded as version ${event.schemaVersion}), but it ` +
        `${why}. Nothing was changed: mend the upcaster.`,
      options,
    )
    this.position = event.position
    this.streamId = event.streamId
    this.type = event.type
    this.schemaVersion = event.schemaVersion
    this.step = step
  }
}

/** An event has versions that nothing leads on from. Found when it is defined. */
export class UpcastGapError extends DramatisError {
  readonly code = 'DRAMATIS_UPCAST_GAP'
  readonly type: string
  /** The version that the event is defined with. */
  readonly schemaVersion: number
  /** The versions without an upcaster. */
  readonly missing: readonly number[]

  constructor(type: string, schemaVersion: number, missing: readonly number[]) {
    super(
      `Expected version ${schemaVersion} of event ${type} to have an upcaster for every version ` +
        `before it, found none for ${missing.join(', ')}. Nothing was opened: add upcast: ` +
        `{ ${missing[0]}: (data) => ... } to its definition.`,
    )
    this.type = type
    this.schemaVersion = schemaVersion
    this.missing = missing
  }
}

/** An event was recorded by newer code: its version is one that this code does not know. */
export class SchemaVersionUnknownError extends DramatisError {
  readonly code = 'DRAMATIS_SCHEMA_VERSION_UNKNOWN'
  readonly position: Position
  readonly streamId: string
  readonly type: string
  readonly schemaVersion: number
  /** The newest version that this code knows. */
  readonly schemaVersionKnown: number

  constructor(event: RecordedEvent, schemaVersionKnown: number) {
    super(
      `Expected ${event.type} at position ${event.position} (${event.id}) to be of version ` +
        `${schemaVersionKnown} at most, found ${event.schemaVersion}: newer code recorded it. ` +
        'Nothing was changed: run the newer code again.',
    )
    this.position = event.position
    this.streamId = event.streamId
    this.type = event.type
    this.schemaVersion = event.schemaVersion
    this.schemaVersionKnown = schemaVersionKnown
  }
}

/** An event has a type that no definition of its actor knows, under its present or a former name. */
export class UnknownEventError extends DramatisError {
  readonly code = 'DRAMATIS_UNKNOWN_EVENT'
  readonly position: Position
  readonly streamId: string
  readonly type: string
  readonly schemaVersion: number

  constructor(event: RecordedEvent) {
    super(
      `Expected ${event.aggregateType} to define ${event.type}, the event at position ` +
        `${event.position} (${event.id}), found no definition of that name. Nothing was changed: ` +
        'define it again, or name it in formerly of the event that took its place.',
    )
    this.position = event.position
    this.streamId = event.streamId
    this.type = event.type
    this.schemaVersion = event.schemaVersion
  }
}
