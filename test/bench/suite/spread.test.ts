/**
 * What several values say together.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ratios, spreadOf } from '../../../bench/suite/spread.js'

test('the median of an even number of values lies between the middle two', () => {
  assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, lowest: 1, highest: 4 })
  assert.deepEqual(spreadOf([7]), { median: 7, lowest: 7, highest: 7 })
})

test('ratios are taken round by round, and never between different numbers of rounds', () => {
  assert.deepEqual(ratios([10, 30], [5, 60]), [2, 0.5])
  assert.throws(() => ratios([1], [1, 2]), RangeError)
})
