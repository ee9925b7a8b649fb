/**
 * Upcasting in tests: what an old payload becomes, checked against the schemas of today.
 *
 * A runtime does not check what upcasters return against schemas, since that would cost every read of
 * an old event; a test that knows old payloads finds out once.
 */

import type { AnyActor, EventDefinitions } from '../define/actor.js'
import { compileSchema } from '../events/schema.js'
import { streamIdOf } from '../events/stream-id.js'
import { type OldData, UpcastTable } from '../events/upcasting.js'

/** A payload as earlier code recorded it. */
export interface OldEvent {
  /** The name of that time. */
  readonly type: string
  readonly schemaVersion: number
  readonly data: OldData
}

/**
 * What an old event of an actor is today: type and payload of each of its parts, in order.
 *
 * @throws {SchemaMismatchError} DRAMATIS_SCHEMA_MISMATCH: it does not fit the current schema.
 * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
 * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN
 * @throws {UnknownEventError} DRAMATIS_UNKNOWN_EVENT
 */
export function upcastEvent(
  actor: AnyActor,
  { type, schemaVersion, data }: OldEvent,
): readonly { readonly type: string; readonly data: unknown }[] {
  const streamId = streamIdOf(actor.name, '1')
  const at = new Date(0)
  const event = {
    id: `${streamId}@1`,
    type,
    schemaVersion,
    aggregateType: actor.name,
    aggregateId: '1',
    streamId,
    version: 1,
    position: 1,
    recordedAt: at,
    occurredAt: at,
    data,
    metadata: { commandId: 'test', correlationId: 'test', causationId: 'test' },
  }
  const events = actor.events as EventDefinitions
  const parts = new UpcastTable([{ name: actor.name, events }]).upcast(event) ?? [event]
  return parts.map((part) => ({
    type: part.type,
    data: compileSchema(`event ${part.type}`, events[part.type]!.schema).check(part.data),
  }))
}
