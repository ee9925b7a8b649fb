/** The demo's faults: repeatable, at the asked rate, and always over or always parked in time. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Delivery,
  drawFaultPlan,
  faultOf,
  transientAttemptsMax,
} from '../../actors/demo/fault-plan.js'

const orderIds = Array.from({ length: 5_000 }, (_, n) => `order-${n}`)

test('the same seed draws the same plan, in whatever order the orders come', () => {
  assert.deepEqual(
    drawFaultPlan(orderIds, 7, 0.02),
    drawFaultPlan([...orderIds].reverse(), 7, 0.02),
  )
  assert.notDeepEqual(drawFaultPlan(orderIds, 7, 0.02), drawFaultPlan(orderIds, 8, 0.02))
})

test('even a small run has two undeliverable orders and a broken one, never the same', () => {
  const { undeliverable, broken } = drawFaultPlan(orderIds.slice(0, 10), 7, 0.01)

  assert.equal(undeliverable.length, 2)
  assert.equal(broken.length, 1)
  assert.equal(undeliverable.includes(broken[0]!), false)
})

test('a rate of 0 has no fault at all', () => {
  const plan = drawFaultPlan(orderIds, 7, 0)

  assert.deepEqual(plan, { seed: 7, rate: 0, undeliverable: [], broken: [] })
  assert.ok(orderIds.every((orderId) => faultOf(plan, delivery({ orderId })) === null))
})

test('about the asked share of deliveries fails at first', () => {
  const plan = { seed: 7, rate: 0.1, undeliverable: [], broken: [] }

  const failing = orderIds.filter((orderId) => faultOf(plan, delivery({ orderId })) !== null)

  assert.ok(failing.length > 420 && failing.length < 580, `${failing.length} of 5000`)
})

test('a transient fault is over after a few attempts, without a gap', () => {
  const plan = { seed: 7, rate: 1, undeliverable: [], broken: [] }

  for (const orderId of orderIds.slice(0, 200)) {
    const faults = [1, 2, 3, 4, 5].map((attempt) => faultOf(plan, delivery({ orderId, attempt })))

    const failed = faults.filter((fault) => fault !== null).length
    assert.ok(failed >= 1 && failed <= transientAttemptsMax)
    assert.ok(faults.slice(failed).every((fault) => fault === null))
  }
})

test('undeliverable and broken orders fail in their own handler at every attempt', () => {
  const plan = { seed: 7, rate: 0, undeliverable: ['a'], broken: ['b'] }
  const faults = (handler: string, orderId: string): unknown[] =>
    [1, 5, 9].map((attempt) => faultOf(plan, delivery({ handler, orderId, attempt })))

  assert.deepEqual(faults('order-confirmation', 'a'), Array(3).fill('undeliverable'))
  assert.deepEqual(faults('analytics', 'b'), Array(3).fill('broken'))
  assert.deepEqual(faults('shipping-request', 'a'), Array(3).fill(null))
  assert.deepEqual(faults('analytics', 'a'), Array(3).fill(null))
})

function delivery(some: Partial<Delivery>): Delivery {
  const { orderId = 'order-1', handler = 'analytics', attempt = 1 } = some
  return { handler, orderId, attempt, eventId: `Order-${orderId}@1` }
}
