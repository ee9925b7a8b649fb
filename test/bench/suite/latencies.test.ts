/**
 * What is said of many latencies.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Latencies } from '../../../bench/suite/latencies.js'
import { percentileOf } from '../../../bench/suite/percentile.js'

test('latencies are told in milliseconds, to three digits', () => {
  const latencies = new Latencies()
  for (let ms = 1; ms <= 1_000; ms++) latencies.record(ms)

  const found = [50, 99, 99.9, 100].map((percent) => latencies.percentileMs(percent))

  assert.equal(latencies.count, 1_000)
  for (const [at, expected] of [500, 990, 999, 1_000].entries()) {
    assert.ok(Math.abs(found[at]! / expected - 1) < 0.001, `${found[at]} for ${expected}`)
  }
})

test('a latency of less than the clock can tell is counted', () => {
  const latencies = new Latencies()
  latencies.record(-0.000_001)

  assert.equal(latencies.count, 1)
  assert.ok(latencies.percentileMs(100) < 0.001)
})

test('a percentile is a value that was seen, in whatever order', () => {
  const values = [9, 1, 10, 2, 8, 3, 7, 4, 6, 5]

  assert.deepEqual(
    [0.5, 0.9, 0.91, 1].map((share) => percentileOf(values, share)),
    [5, 9, 10, 10],
  )
})
