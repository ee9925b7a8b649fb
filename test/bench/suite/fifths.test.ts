import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fifthsOf, type Sample } from '../../../bench/suite/fifths.js'

/** Samples at every so many, which took that many milliseconds each. */
function walk(stepsMs: readonly number[], step: number): Sample[] {
  let elapsedMs = 0
  return stepsMs.map((stepMs, at) => {
    elapsedMs += stepMs
    return { done: (at + 1) * step, elapsedMs, ownBytes: stepMs }
  })
}

test('each fifth has the rate of its own samples', () => {
  const fifths = fifthsOf(walk([10, 20, 40, 50, 100], 100))

  assert.deepEqual(
    fifths.map(({ perSecond }) => Math.round(perSecond)),
    [10_000, 5_000, 2_500, 2_000, 1_000],
  )
})

test('a fifth that ends between two samples ends between their times', () => {
  const fifths = fifthsOf(walk(new Array(7).fill(10), 100))

  assert.deepEqual(
    fifths.map(({ perSecond }) => Math.round(perSecond)),
    new Array(5).fill(10_000),
  )
})

test('a fifth holds the most that was held from the sample where it begins to the one where it ends', () => {
  const fifths = fifthsOf(walk([1, 3, 2, 2, 7, 1, 1, 1, 5, 4], 10))

  assert.deepEqual(
    fifths.map(({ ownBytesMax }) => ownBytesMax),
    [3, 3, 7, 1, 5],
  )
})

test('a fifth without a sample of its own goes by those around it', () => {
  const fifths = fifthsOf(walk([100, 300], 500))

  assert.deepEqual(
    fifths.map(({ perSecond, ownBytesMax }) => [Math.round(perSecond), ownBytesMax]),
    [
      [5_000, 100],
      [5_000, 100],
      [2_500, 300],
      [1_667, 300],
      [1_667, 300],
    ],
  )
})
