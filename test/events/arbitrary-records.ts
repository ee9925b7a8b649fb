/**
 * Arbitraries for events on their way into a record, and what the record must give back.
 */

import fc from 'fast-check'
import type { EventMetadata, RecordedEvent } from '../../src/events/event.js'
import { eventIdOf, type RecordInput } from '../../src/events/record.js'
import { ShapeTable } from '../../src/events/shapes.js'
import { streamIdOf } from '../../src/events/stream-id.js'
import { copyPayload } from '../../src/events/values.js'
import { arbitraryPayload, arbitraryText } from './arbitrary-values.js'

const ownKeys = new Set(['commandId', 'commandHash', 'correlationId', 'causationId', 'userId'])

/** In the order in which a record gives it back. */
const arbitraryMetadata: fc.Arbitrary<EventMetadata> = fc
  .record({
    commandId: arbitraryText,
    commandHash: fc.option(arbitraryText, { nil: undefined }),
    correlationId: fc.option(arbitraryText, { nil: undefined }),
    causationId: fc.option(arbitraryText, { nil: undefined }),
    userId: fc.option(arbitraryText, { nil: undefined }),
    further: fc.option(arbitraryPayload, { nil: {} }),
  })
  .map(({ commandId, commandHash, correlationId, causationId, userId, further }) => ({
    commandId,
    correlationId: correlationId ?? commandId,
    causationId: causationId ?? commandId,
    ...(commandHash === undefined ? {} : { commandHash }),
    ...(userId === undefined ? {} : { userId }),
    ...copyPayload(
      Object.fromEntries(Object.entries(further).filter(([key]) => !ownKeys.has(key))),
      'metadata',
    ),
  }))

const arbitraryTimeMs = fc.integer({ min: 0, max: 864e13 })

/** Anything that `encodeRecord` may be given; `other` payloads widen the shape before it. */
export const arbitraryRecord: fc.Arbitrary<RecordInput> = fc
  .record({
    aggregateId: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    keyHash: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    version: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    previousPosition: fc.maxSafeNat(),
    previousIndex: fc.integer({ min: -1, max: 2 ** 24 - 2 }),
    recordedAtMs: arbitraryTimeMs,
    occurredAtMs: fc.option(fc.integer({ min: -864e13, max: 864e13 })),
    data: arbitraryPayload,
    metadata: arbitraryMetadata,
    others: fc.array(arbitraryPayload, { maxLength: 3 }),
    asMap: fc.boolean(),
  })
  .map(({ data, others, asMap, ...rest }) => {
    const table = new ShapeTable()
    const payload = copyPayload(data, 'data')
    for (const other of others) table.resolve('Order', 'Anything', 1, other as never)
    const resolved = table.resolve('Order', 'Anything', 1, payload)
    const sealed = null
    return {
      ...rest,
      sealed,
      data: payload,
      shape: asMap ? { ...resolved, fields: null } : resolved,
    }
  })

/** The event that a record of this input holds. */
export function eventOf(input: RecordInput): RecordedEvent {
  const { shape, aggregateId, version, position, recordedAtMs, occurredAtMs } = input
  const streamId = streamIdOf(shape.aggregateType, aggregateId)
  return {
    id: eventIdOf(streamId, version),
    type: shape.type,
    schemaVersion: shape.schemaVersion,
    aggregateType: shape.aggregateType,
    aggregateId,
    streamId,
    version,
    position,
    recordedAt: new Date(recordedAtMs),
    occurredAt: new Date(occurredAtMs ?? recordedAtMs),
    data: input.data,
    metadata: input.metadata,
  }
}
