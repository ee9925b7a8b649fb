/** Segments as bytes: what was packed comes out, and what is no segment holds nothing. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeSegment, OpenSegment } from '../../../src/store/lmdb/segment.js'
import { seed } from '../../support/seed.js'

/** As far as a segment looks at a record: its shape's number, and bytes. */
function recordOf(shape: number, body: Uint8Array = Buffer.from('record')): Buffer {
  const record = Buffer.alloc(36 + body.length)
  record.writeUInt32BE(shape, 8)
  record.set(body, 36)
  return record
}

function openSegment(first: number, bytes: Buffer): OpenSegment {
  const segment = new OpenSegment()
  segment.open(first, bytes)
  return segment
}

const arbitraryRecords = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.uint8Array({ maxLength: 300 }))
    .map(([shape, body]) => recordOf(shape, body)),
  { minLength: 1 },
)
const arbitraryFirst = fc.integer({ min: 1, max: 2 ** 40 })

test('every record comes out as it was packed, under its position and no other', () => {
  const property = fc.property(arbitraryRecords, arbitraryFirst, (records, first) => {
    const segment = openSegment(first, encodeSegment(first, records, 0, records.length))

    assert.ok(!segment.holds(first - 1) && !segment.holds(first + records.length))
    assert.deepEqual(
      records.map((_each, at) => Buffer.from(segment.recordAt(first + at))),
      records,
    )
    assert.deepEqual(segment.records(), records)
  })

  fc.assert(property, { seed })
})

test('it says which shapes are in it, each once, unless they are more than sixteen', () => {
  const property = fc.property(arbitraryRecords, arbitraryFirst, (records, first) => {
    const shapes = [...new Set(records.map((record) => record.readUInt32BE(8)))]
    const segment = openSegment(first, encodeSegment(first, records, 0, records.length))

    const run = segment.run()

    assert.equal(run.last, first + records.length - 1)
    assert.ok(run.isSound)
    assert.deepEqual(run.shapes, shapes.length > 16 ? null : shapes)
  })

  fc.assert(property, { seed })
})

test('it is sound under its own position alone, and says nothing of its shapes when it is not', () => {
  const bytes = encodeSegment(7, [recordOf(1), recordOf(2)], 0, 2)

  for (const first of [6, 8, 7 + 2 ** 31]) {
    assert.deepEqual(openSegment(first, bytes).run(), {
      last: first + 1,
      isSound: false,
      shapes: null,
    })
  }
})

test('of more shapes than are named none is told, and every record comes out', () => {
  for (const count of [16, 17]) {
    const records = Array.from({ length: count }, (_each, at) => recordOf(at + 1))

    const segment = openSegment(7, encodeSegment(7, records, 0, count))

    const shapes = count === 17 ? null : records.map((_each, at) => at + 1)
    assert.deepEqual(segment.run(), { last: 6 + count, isSound: true, shapes })
    assert.deepEqual(segment.records(), records)
  }
})

test('a part of a list is packed alone', () => {
  const records = [1, 2, 3, 4].map((shape) => recordOf(shape))

  const segment = openSegment(7, encodeSegment(7, records, 1, 3))

  assert.deepEqual(segment.records(), records.slice(1, 3))
  assert.deepEqual(segment.run().shapes, [2, 3])
})

test('a segment that is longer than others is used where it lies', () => {
  const [long, short] = [recordOf(1, Buffer.alloc(100_000, 1)), recordOf(1)]
  const segment = new OpenSegment()

  segment.open(1, encodeSegment(1, [short, long], 0, 2))
  assert.deepEqual(segment.records(), [short, long])
  segment.open(3, encodeSegment(3, [short], 0, 1))

  assert.deepEqual(segment.records(), [short])
})

test('one that is closed, or whose counts do not fit, holds nothing', () => {
  const segment = openSegment(5, encodeSegment(5, [recordOf(1)], 0, 1))
  segment.close()
  assert.ok(!segment.holds(5))

  for (const rubbish of [
    Buffer.alloc(0),
    Buffer.from([0, 0, 0]),
    Buffer.from('rubbish and more'),
  ]) {
    segment.open(5, rubbish)
    assert.ok(!segment.holds(5), rubbish.toString('hex'))
  }
})
