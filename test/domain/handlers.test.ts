/** The reference handlers: what they subscribe to, and that repeating a delivery is harmless. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import app from '../../actors/app.js'
import { recordAnalytics } from '../../actors/handlers/analytics.js'
import { confirmOrder } from '../../actors/handlers/order-confirmation.js'
import { callService } from '../../actors/handlers/outside-world.js'
import { requestShipping } from '../../actors/handlers/shipping-request.js'
import { Order } from '../../actors/order/order.js'

const request = { service: 'mail', subject: '4711', text: 'hello' } as const

test('the app has the order, both views and the three handlers', () => {
  assert.deepEqual(app.actors, [Order])
  assert.deepEqual(
    app.projectors.map((projector) => projector.name),
    ['OrderSummary', 'RevenueByMonth'],
  )
  assert.deepEqual(
    app.handlers.map((handler) => handler.name),
    ['order-confirmation', 'analytics', 'shipping-request'],
  )
})

test('analytics sees every event, shipping only payments, mail only creation and cancelling', () => {
  assert.deepEqual(Object.keys(recordAnalytics.on), Object.keys(Order.events))
  assert.deepEqual(Object.keys(requestShipping.on), ['OrderPaid'])
  assert.deepEqual(Object.keys(confirmOrder.on), ['OrderCreated', 'OrderCancelled'])
})

test('a service that is asked twice with one idempotency key acts once', async () => {
  const call = { idempotencyKey: 'key-once', signal: new AbortController().signal }

  assert.equal(await callService(request, call), 'accepted')
  assert.equal(await callService(request, call), 'repeated')
  assert.equal(await callService({ ...request, service: 'carrier' }, call), 'accepted')
})

test('a service refuses a call whose signal is aborted', async () => {
  const call = { idempotencyKey: 'key-aborted', signal: AbortSignal.abort(new Error('too late')) }

  await assert.rejects(callService(request, call), { message: 'too late' })
})
