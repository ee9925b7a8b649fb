/** Events as lines of JSON: every event survives, and a line that is none of ours is refused. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { eventFromJson, eventToJson } from '../../src/events/event-json.js'
import { arbitraryRecord, eventOf } from './arbitrary-records.js'

describe('an event as a line of JSON', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(arbitraryRecord, (input) => {
        fc.pre(!input.aggregateId.includes('\0'))
        const event = eventOf(input)
        const line = eventToJson(event)

        assert.ok(!line.includes('\n'))
        assert.deepEqual(eventFromJson(line), event)
        assert.equal(eventToJson(eventFromJson(line)), line)
      }),
    )
  })

  const line = {
    position: 7,
    id: 'Order-1@2',
    aggregateType: 'Order',
    aggregateId: '1',
    version: 2,
    type: 'OrderPaid',
    schemaVersion: 1,
    recordedAt: '2026-01-01T00:00:00.000Z',
    metadata: { commandId: 'c', correlationId: 'c', causationId: 'c' },
    data: { cents: 3 },
  }

  test('has happened when it was recorded, unless it says otherwise', () => {
    const late = { ...line, occurredAt: '2025-12-31T00:00:00.000Z' }

    assert.deepEqual(eventFromJson(JSON.stringify(line)).occurredAt, new Date(line.recordedAt))
    assert.deepEqual(eventFromJson(JSON.stringify(late)).occurredAt, new Date(late.occurredAt))
  })

  const { metadata } = line
  const refused: readonly [string, unknown, RegExp][] = [
    ['it is a list', [line], /where the line is an object/],
    ['it is null', null, /where the line is an object/],
    ['it has a field more', { ...line, more: 1 }, /^a field "more"$/],
    ['its id is another event’s', { ...line, id: 'Order-1@3' }, /where it is Order-1@2/],
    ['its actor has no name', { ...line, aggregateType: 'an-order' }, /^aggregateType "an-order"$/],
    ['its type is no text', { ...line, type: 7 }, /^type 7$/],
    ['its version is 0', { ...line, version: 0 }, /^version 0$/],
    ['its position is a text', { ...line, position: '7' }, /^position "7"$/],
    ['its time is a number', { ...line, recordedAt: 0 }, /^recordedAt 0$/],
    ['its time is none', { ...line, recordedAt: 'today' }, /^recordedAt "today"$/],
    ['its payload is missing', { ...line, data: undefined }, /where data is an object/],
    ['its payload is a list', { ...line, data: [] }, /where data is an object/],
    ['nobody caused it', { ...line, metadata: { ...metadata, causationId: 1 } }, /a causationId$/],
    ['its user is no text', { ...line, metadata: { ...metadata, userId: 1 } }, /^a userId that/],
  ]
  for (const [why, given, message] of refused) {
    test(`is refused where ${why}`, () => {
      assert.throws(() => eventFromJson(JSON.stringify(given)), { name: 'TypeError', message })
    })
  }
})
