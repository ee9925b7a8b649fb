/**
 * Where axes begin, end and are marked.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { scaleFor, tickLabel } from '../../../bench/report/ticks.js'
import type { Axis } from '../../../bench/suite/answer.js'

const linear: Axis = { title: 'ms', scale: 'linear' }
const log: Axis = { title: 'ms', scale: 'log' }

describe('a linear axis', () => {
  test('has 0 on it, is marked at round numbers, and ends at the first one that is not below a value', () => {
    const cases: readonly (readonly [value: number, ticks: readonly number[]])[] = [
      [3, [0, 0.5, 1, 1.5, 2, 2.5, 3]],
      [0.7, [0, 0.2, 0.4, 0.6, 0.8]],
      [101_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000, 120_000]],
      [0, [0, 0.2]],
      [-30, [-30, -25, -20, -15, -10, -5, 0]],
    ]

    for (const [value, ticks] of cases) {
      assert.deepEqual(scaleFor(linear, [value]).ticks, ticks)
    }
  })

  test('shows every value within its ends', () => {
    const values = fc.array(fc.integer({ min: -1e6, max: 1e9 }), { minLength: 1 })

    fc.assert(
      fc.property(values, (all) => {
        const scale = scaleFor(linear, all)
        return all.every((value) => scale.place(value) >= -1e-9 && scale.place(value) <= 1 + 1e-9)
      }),
    )
  })
})

describe('a logarithmic axis', () => {
  test('is marked at 1, 2 and 5 over two powers of ten, and at those alone over more', () => {
    assert.deepEqual(scaleFor(log, [3, 40]).ticks, [2, 5, 10, 20, 50])
    assert.deepEqual(scaleFor(log, [1, 5_000]).ticks, [1, 10, 100, 1_000, 10_000])
    assert.deepEqual(scaleFor(log, [10_000, 10_000_000]).ticks, [1e4, 1e5, 1e6, 1e7])
  })

  test('has two ends for one value, and gives the same room to the same factor', () => {
    const { ticks, place } = scaleFor(log, [10])
    const wide = scaleFor(log, [1, 100]).place

    assert.deepEqual([ticks, place(10)], [[10, 20], 0])
    assert.ok(Math.abs(wide(20) - wide(2) - 0.5) < 1e-9)
  })

  test('shows every value within its ends', () => {
    const values = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1 })

    fc.assert(
      fc.property(values, (all) => {
        const scale = scaleFor(log, all)
        return all.every((value) => scale.place(value) >= -1e-9 && scale.place(value) <= 1 + 1e-9)
      }),
    )
  })
})

test('an axis refuses what it cannot show, by its title', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => scaleFor(linear, [1, value]), /'ms', found/)
  }
  for (const value of [0, -1]) assert.throws(() => scaleFor(log, [1, value]), /numbers above 0/)
  assert.throws(() => scaleFor(linear, []), RangeError)
})

test('marks are written out up to a million', () => {
  assert.deepEqual([0.05, 20, 10_000, 1e6, 2.5e6].map(tickLabel), [
    '0.05',
    '20',
    '10,000',
    '1M',
    '2.5M',
  ])
})
