/**
 * In which order benchmarks run.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderOf } from '../../../bench/suite/order.js'

test('latencies come first, what needs a large store comes last, and the rest by name in between', () => {
  const order = orderOf(['rebuild', 'view', 'opening', 'codec', 'latency', 'one-in-flight'])

  assert.deepEqual(order, ['one-in-flight', 'latency', 'codec', 'view', 'opening', 'rebuild'])
})
