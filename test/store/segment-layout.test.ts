/** How the records of a group lie together. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SegmentLayout, segmentBytesMax } from '../../src/store/segment-layout.js'

const half = segmentBytesMax / 2

test('records share a segment until it is full', () => {
  const layout = new SegmentLayout()

  const indexes = [10, 11, 12, 13, 14].map((position) => layout.add(position, half))

  assert.deepEqual(indexes, [0, 1, 0, 1, 0])
  assert.deepEqual(layout.firsts, [10, 12, 14])
})

test('a record that is larger than a segment has its own', () => {
  const layout = new SegmentLayout()

  const indexes = [1, 10 * segmentBytesMax, 1].map((bytes, at) => layout.add(at + 1, bytes))

  assert.deepEqual(indexes, [0, 0, 0])
  assert.deepEqual(layout.firsts, [1, 2, 3])
})

test('what was taken back is in no segment, and what comes next begins one', () => {
  const layout = new SegmentLayout()
  for (const position of [1, 2, 3, 4]) layout.add(position, half)

  layout.cut(2)

  assert.deepEqual(layout.firsts, [1])
  assert.equal(layout.add(2, 1), 0)
  assert.deepEqual(layout.firsts, [1, 2])
})

test('of nothing, nothing is taken back', () => {
  const layout = new SegmentLayout()

  layout.cut(1)

  assert.equal(layout.add(1, 1), 0)
  assert.deepEqual(layout.firsts, [1])
})
