/**
 * A recorded event as one line of JSON, and back.
 *
 * The line holds the event as it was recorded: its id, place, times, metadata and payload, under the
 * name and version of that time. The same event always makes the same line, whatever store it is read
 * from. Parsing trusts nothing; whether the event fits behind others is not known here.
 */

import { describeValue } from '../base/errors.js'
import type { EventMetadata, EventValue, RecordedEvent } from './event.js'
import { dateOf, fromJson, type JsonValue, toJson } from './json-value.js'
import { eventIdOf } from './record.js'
import { isStreamEnd } from './stream-end.js'
import { isTypeName, parseAggregateId, streamIdOf } from './stream-id.js'
import { copyPayload } from './values.js'

type JsonObject = { readonly [key: string]: JsonValue }

const fieldsKnown: ReadonlySet<string> = new Set([
  'position',
  'id',
  'aggregateType',
  'aggregateId',
  'version',
  'type',
  'schemaVersion',
  'recordedAt',
  'occurredAt',
  'metadata',
  'data',
])

/** One line, without its end. `occurredAt` is left out where it is the time of recording. */
export function eventToJson(event: RecordedEvent): string {
  const { recordedAt, occurredAt } = event
  const isLate = occurredAt.getTime() !== recordedAt.getTime()
  return JSON.stringify({
    position: event.position,
    id: event.id,
    aggregateType: event.aggregateType,
    aggregateId: event.aggregateId,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    recordedAt: recordedAt.toISOString(),
    ...(isLate ? { occurredAt: occurredAt.toISOString() } : {}),
    metadata: toJson(event.metadata as EventValue),
    data: toJson(sorted(event.data as Readonly<Record<string, EventValue>>)),
  })
}

/** The order of a record's fields depends on which events came before it: a line's must not. */
function sorted(data: Readonly<Record<string, EventValue>>): Record<string, EventValue> {
  const keys = Object.keys(data).sort()
  return Object.fromEntries(keys.map((key) => [key, data[key]!]))
}

/**
 * The event that made a line.
 *
 * @throws TypeError, or a documented error of an id or a value, where the line is none of ours.
 */
export function eventFromJson(line: string): RecordedEvent {
  const json = objectOf('the line', JSON.parse(line))
  for (const field of Object.keys(json)) {
    if (!fieldsKnown.has(field)) throw new TypeError(`a field ${describeValue(field)}`)
  }
  const aggregateType = nameIn(json, 'aggregateType')
  const aggregateId = parseAggregateId(aggregateType, json.aggregateId)
  const streamId = streamIdOf(aggregateType, aggregateId)
  const version = countIn(json, 'version')
  const id = eventIdOf(streamId, version)
  if (json.id !== id) throw new TypeError(`id ${describeValue(json.id)} where it is ${id}`)
  const recordedAt = timeIn(json, 'recordedAt')
  return {
    id,
    type: typeIn(json),
    schemaVersion: countIn(json, 'schemaVersion'),
    aggregateType,
    aggregateId,
    streamId,
    version,
    position: countIn(json, 'position'),
    recordedAt,
    occurredAt: json.occurredAt === undefined ? recordedAt : timeIn(json, 'occurredAt'),
    data: valuesIn(json, 'data'),
    metadata: metadataIn(json),
  }
}

/** In the order in which a record gives it back. */
function metadataIn(json: JsonObject): EventMetadata {
  const { commandId, correlationId, causationId, ...more } = valuesIn(json, 'metadata')
  const ids = { commandId, correlationId, causationId }
  for (const [key, id] of Object.entries(ids)) {
    if (typeof id !== 'string') throw new TypeError(`metadata without a ${key}`)
  }
  const { commandHash, userId, ...further } = more
  const own = {
    ...(commandHash === undefined ? {} : { commandHash }),
    ...(userId === undefined ? {} : { userId }),
  }
  for (const [key, id] of Object.entries(own)) {
    if (typeof id !== 'string') throw new TypeError(`a ${key} that is no text`)
  }
  return Object.freeze({ ...ids, ...own, ...further }) as EventMetadata
}

function valuesIn(json: JsonObject, field: string): Readonly<Record<string, EventValue>> {
  return copyPayload(fromJson(objectOf(field, json[field])), field)
}

function objectOf(what: string, value: JsonValue | undefined): JsonObject {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw new TypeError(`${describeValue(value)} where ${what} is an object`)
}

function typeIn(json: JsonObject): string {
  const { type } = json
  return typeof type === 'string' && isStreamEnd(type) ? type : nameIn(json, 'type')
}

function nameIn(json: JsonObject, field: string): string {
  const value = json[field]
  if (isTypeName(value)) return value
  throw new TypeError(`${field} ${describeValue(value)}`)
}

/** An integer from 1 on. */
function countIn(json: JsonObject, field: string): number {
  const value = json[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
  throw new TypeError(`${field} ${describeValue(value)}`)
}

function timeIn(json: JsonObject, field: string): Date {
  const value = json[field]
  const time = typeof value === 'string' ? dateOf(value) : undefined
  if (time !== undefined) return time
  throw new TypeError(`${field} ${describeValue(value)}`)
}
