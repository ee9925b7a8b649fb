/**
 * Rounds of long cases.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeLongTurns } from '../../../bench/suite/long-turns.js'

test('each round another case goes first, and what a case found is in the order of rounds', async () => {
  const order: string[] = []
  const cases = ['a', 'b', 'c'].map((name) => ({ name, run: async () => order.push(name) }))

  const found = await takeLongTurns(cases, 3)

  assert.equal(order.join(''), 'abcbcacab')
  assert.deepEqual(Object.fromEntries(found), { a: [1, 6, 8], b: [2, 4, 9], c: [3, 5, 7] })
})
