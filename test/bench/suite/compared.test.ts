/**
 * Cases beside the first of them.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparedWithFirst } from '../../../bench/suite/compared.js'

test('each case is compared with the first one, round by round', () => {
  const found = new Map([
    ['plain', [100, 200]],
    ['tagged', [50, 150]],
  ])

  assert.deepEqual(comparedWithFirst(found), [
    { name: 'plain', unit: 'per second', values: [100, 200] },
    { name: 'tagged', unit: 'per second', values: [50, 150] },
    { name: 'tagged, of plain', unit: 'ratio', values: [0.5, 0.75] },
  ])
})
