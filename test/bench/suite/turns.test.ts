/**
 * Taking turns.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureInTurns } from '../../../bench/suite/turns.js'

test('another case goes first in each round', async () => {
  const order: string[] = []
  const cases = ['a', 'b', 'c'].map((name) => ({
    name,
    measure: async () => order.push(name),
  }))

  const found = await measureInTurns(cases, 4)

  assert.equal(order.join(''), 'abcbcacababc')
  assert.deepEqual(Object.fromEntries(found), {
    a: [1, 6, 8, 10],
    b: [2, 4, 9, 11],
    c: [3, 5, 7, 12],
  })
})
