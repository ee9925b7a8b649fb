/** The rules of `Order`, each by name, on its pure functions alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideCommand, evolveState } from '../../actors/demo/domain-run.js'
import { Order } from '../../actors/order/order.js'
import { type OrderState, totalCentsOf } from '../../actors/order/order-state.js'
import { basket, command, outcomes, payloads } from './order-history.js'

test('an order goes from the basket to the doorstep', () => {
  assert.deepEqual(outcomes('create', 'pay', 'ship', 'deliver'), [
    'OrderCreated',
    'OrderPaid',
    'OrderShipped',
    'OrderDelivered',
  ])
})

test('an order without lines cannot be created', () => {
  const empty = command('create', { customerId: 'customer-1', lines: [] })

  assert.deepEqual(outcomes(empty), ['ORDER_WITHOUT_LINES'])
})

test('an order is created once', () => {
  assert.deepEqual(outcomes('create', 'create'), ['OrderCreated', 'ORDER_EXISTS'])
})

test('the total is goods times quantity plus freight, in cents', () => {
  const [created] = decideCommand({ status: 'none' }, command('create')).events

  assert.equal((created!.data as { totalCents: number }).totalCents, 2_500)
  assert.equal(totalCentsOf([...basket.lines, ...basket.lines]), 5_000)
})

test('an order that was never created cannot be anything', () => {
  for (const step of ['pay', 'ship', 'deliver', 'cancel'] as const) {
    assert.deepEqual(outcomes(step), ['ORDER_NOT_CREATED'], step)
  }
})

test('a payment that is a cent off is refused, and the order can still be paid', () => {
  const short = command('pay', { ...payloads.pay, amountCents: 2_499 })
  const over = command('pay', { ...payloads.pay, amountCents: 2_501 })

  assert.deepEqual(outcomes('create', short, over, 'pay'), [
    'OrderCreated',
    'AMOUNT_MISMATCH',
    'AMOUNT_MISMATCH',
    'OrderPaid',
  ])
})

test('only a pending order can be paid', () => {
  assert.equal(outcomes('create', 'pay', 'pay').at(-1), 'ORDER_NOT_PENDING')
  assert.equal(outcomes('create', 'cancel', 'pay').at(-1), 'ORDER_NOT_PENDING')
})

test('only a paid order can be shipped', () => {
  assert.equal(outcomes('create', 'ship').at(-1), 'ORDER_NOT_PAID')
  assert.equal(outcomes('create', 'pay', 'ship', 'ship').at(-1), 'ORDER_NOT_PAID')
  assert.equal(outcomes('create', 'pay', 'cancel', 'ship').at(-1), 'ORDER_NOT_PAID')
})

test('only a shipped order can be delivered', () => {
  assert.equal(outcomes('create', 'deliver').at(-1), 'ORDER_NOT_SHIPPED')
  assert.equal(outcomes('create', 'pay', 'deliver').at(-1), 'ORDER_NOT_SHIPPED')
  assert.equal(outcomes('create', 'pay', 'ship', 'deliver', 'deliver').at(-1), 'ORDER_NOT_SHIPPED')
})

test('an order can be cancelled until it is shipped', () => {
  assert.equal(outcomes('create', 'cancel').at(-1), 'OrderCancelled')
  assert.equal(outcomes('create', 'pay', 'cancel').at(-1), 'OrderCancelled')
})

test('a shipped, delivered or cancelled order cannot be cancelled', () => {
  assert.equal(outcomes('create', 'pay', 'ship', 'cancel').at(-1), 'ORDER_NOT_CANCELLABLE')
  assert.equal(
    outcomes('create', 'pay', 'ship', 'deliver', 'cancel').at(-1),
    'ORDER_NOT_CANCELLABLE',
  )
  assert.equal(outcomes('create', 'cancel', 'cancel').at(-1), 'ORDER_NOT_CANCELLABLE')
})

test('the state holds customer and total, and only its status changes after creation', () => {
  const steps = ['create', 'pay', 'ship', 'deliver'] as const
  let state: OrderState = Order.initialState()
  const seen: OrderState[] = []

  for (const step of steps) {
    state = decideCommand(state, command(step)).events.reduce(evolveState, state)
    seen.push(state)
  }

  const placed = { customerId: 'customer-1', totalCents: 2_500 }
  assert.deepEqual(
    seen,
    ['pending', 'paid', 'shipped', 'delivered'].map((status) => ({ status, ...placed })),
  )
})
