/**
 * The table that a benchmark prints.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linesOf } from '../../../bench/suite/tell.js'

test('a figure is told by its median, its unit and its range', () => {
  const lines = linesOf({
    id: 'example',
    question: 'How many?',
    setting: 'fsync per group',
    figures: [
      { name: 'commands', unit: 'per second', values: [120_000, 100_000, 110_000] },
      { name: 'of bare', unit: 'ratio', values: [0.5] },
    ],
  })

  assert.deepEqual(lines, [
    '',
    'How many?',
    '  fsync per group',
    '  commands     110,000/s  (100,000 to 120,000)',
    '  of bare            0.5  ',
  ])
})
