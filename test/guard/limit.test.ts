/**
 * What a limit says.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complaintAbout, type Limit } from './limit.js'

const limit: Limit = { figure: 'log writes', most: 100, hint: 'See the segments.' }

test('a count within the upper half of its limit is no complaint', () => {
  for (const found of [50, 99.5, 100]) assert.equal(complaintAbout(limit, found), null)
})

test('a count above its limit names both, where to look and what to do', () => {
  assert.equal(
    complaintAbout(limit, 101),
    'Expected at most 100 log writes, found 101. See the segments. If that buys something, ' +
      'raise the limit in test/guard/costs.test.ts and say in the commit what.',
  )
})

test('a count far below its limit asks to lower it, and one that is missing is a complaint', () => {
  assert.match(complaintAbout(limit, 49)!, /found 49.*lower the limit/)
  assert.match(complaintAbout(limit)!, /to be counted/)
})
