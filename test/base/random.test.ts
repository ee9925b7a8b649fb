/**
 * Chance: seeded streams repeat, and every sample is in range.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSeededRandom, systemRandom } from '../../src/base/random.js'

describe('a seeded random', () => {
  test('gives the published stream of mulberry32', () => {
    const random = createSeededRandom(42)

    const samples = [random.next(), random.next(), random.next()]

    assert.deepEqual(samples, [0.6011037519201636, 0.44829055899754167, 0.8524657934904099])
  })

  test('repeats itself for the same seed and differs for another', () => {
    const one = createSeededRandom(7)
    const same = createSeededRandom(7)
    const other = createSeededRandom(8)

    const first = one.next()

    assert.equal(same.next(), first)
    assert.notEqual(other.next(), first)
  })

  test('stays within [0, 1) and around a mean of one half', () => {
    const random = createSeededRandom(1)
    let sum = 0

    for (let at = 0; at < 100_000; at++) {
      const sample = random.next()
      assert.ok(sample >= 0 && sample < 1)
      sum += sample
    }

    assert.ok(Math.abs(sum / 100_000 - 0.5) < 0.01)
  })
})

test('a sample of the system is in [0, 1)', () => {
  const sample = systemRandom.next()

  assert.ok(sample >= 0 && sample < 1)
})
