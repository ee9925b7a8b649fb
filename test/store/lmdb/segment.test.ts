/** Segments as bytes: what was packed comes out, and what is no segment holds nothing. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeSegment, OpenSegment } from '../../../src/store/lmdb/segment.js'
import { seed } from '../../support/seed.js'

test('every record comes out as it was packed, under its position and no other', () => {
  const arbitraryRecords = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1 })
  const property = fc.property(arbitraryRecords, fc.nat(), (arrays, before) => {
    const records = arrays.map((each) => Buffer.from(each))
    const first = before + 1
    const segment = new OpenSegment()

    segment.open(first, encodeSegment(records, 0, records.length))

    assert.ok(!segment.holds(first - 1) && !segment.holds(first + records.length))
    assert.deepEqual(
      records.map((_each, at) => Buffer.from(segment.recordAt(first + at))),
      records,
    )
    assert.deepEqual(segment.records(), records)
  })

  fc.assert(property, { seed })
})

test('a part of a list is packed alone', () => {
  const segment = new OpenSegment()

  segment.open(
    7,
    encodeSegment(
      ['a', 'b', 'c', 'd'].map((each) => Buffer.from(each)),
      1,
      3,
    ),
  )

  assert.deepEqual(segment.records().map(String), ['b', 'c'])
})

test('a segment that is longer than others is used where it lies', () => {
  const segment = new OpenSegment()
  const [long, short] = [Buffer.alloc(100_000, 1), Buffer.alloc(10, 2)]

  segment.open(1, encodeSegment([short, long], 0, 2))
  assert.deepEqual(segment.records(), [short, long])
  segment.open(3, encodeSegment([short], 0, 1))

  assert.deepEqual(segment.records(), [short])
})

test('one that is closed, or whose count does not fit, holds nothing', () => {
  const segment = new OpenSegment()
  const bytes = encodeSegment([Buffer.from('record')], 0, 1)
  segment.open(5, bytes)
  segment.close()
  assert.ok(!segment.holds(5))

  for (const rubbish of [Buffer.alloc(0), Buffer.from([0, 0, 0]), Buffer.from('rubbish')]) {
    segment.open(5, rubbish)
    assert.ok(!segment.holds(5), rubbish.toString('hex'))
  }
})
