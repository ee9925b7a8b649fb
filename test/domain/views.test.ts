/** The reference views as the pure functions they are, on a plain map of rows. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDomain } from '../../actors/demo/domain-run.js'
import { type OrderCommand, orderCommand } from '../../actors/order/order-command.js'
import { OrderSummary, type OrderSummaryRow } from '../../actors/views/order-summary.js'
import { RevenueByMonth } from '../../actors/views/revenue-by-month.js'
import { basket, payloads } from './order-history.js'

const january = new Date('2026-01-31T23:59:00Z')
const february = new Date('2026-02-01T00:00:00Z')

test('a summary follows its order through every step', () => {
  const rows = project(OrderSummary, [
    orderCommand('1', 'create', basket, january),
    orderCommand('1', 'pay', payloads.pay, february),
    orderCommand('2', 'create', basket, february),
    orderCommand('2', 'cancel', payloads.cancel, february),
  ])

  assert.deepEqual(rows.get('1'), {
    orderId: '1',
    customerId: 'customer-1',
    status: 'paid',
    totalCents: 2_500,
    lineCount: 1,
    createdAt: january,
    updatedAt: february,
  })
  assert.equal((rows.get('2') as OrderSummaryRow).status, 'cancelled')
})

test('summaries are indexed by customer and time, and by status and time', () => {
  const rows = project(OrderSummary, [orderCommand('1', 'create', basket, january)])
  const row = rows.get('1') as OrderSummaryRow

  assert.deepEqual(OrderSummary.indexes.byCustomer?.(row), ['customer-1', january])
  assert.deepEqual(OrderSummary.indexes.byStatus?.(row), ['pending', january])
})

test('revenue falls into the month of the payment in UTC, not of the order', () => {
  const rows = project(RevenueByMonth, [
    orderCommand('1', 'create', basket, january),
    orderCommand('1', 'pay', payloads.pay, january),
    orderCommand('2', 'create', basket, january),
    orderCommand('2', 'pay', payloads.pay, february),
    orderCommand('3', 'create', basket, january),
    orderCommand('3', 'pay', payloads.pay, february),
  ])

  assert.deepEqual(
    [...rows.values()],
    [
      { month: '2026-01', paidCents: 2_500, payments: 1 },
      { month: '2026-02', paidCents: 5_000, payments: 2 },
    ],
  )
})

test('cancelling a paid order does not take its revenue back', () => {
  const rows = project(RevenueByMonth, [
    orderCommand('1', 'create', basket, january),
    orderCommand('1', 'pay', payloads.pay, january),
    orderCommand('1', 'cancel', payloads.cancel, february),
  ])

  assert.deepEqual([...rows.values()], [{ month: '2026-01', paidCents: 2_500, payments: 1 }])
})

/** Runs commands through the domain and their events through a projector. */
function project(
  projector: typeof OrderSummary | typeof RevenueByMonth,
  commands: readonly OrderCommand[],
): Map<string, unknown> {
  const rows = new Map<string, unknown>()
  const view = mapView(rows)
  for (const { command, events } of runDomain(commands)) {
    for (const event of events) {
      const { orderId, occurredAt } = command
      projector.on[event.type]?.({ ...event, aggregateId: orderId, occurredAt }, view)
    }
  }
  return rows
}

function mapView(rows: Map<string, unknown>): Parameters<(typeof OrderSummary.on)[string]>[1] {
  return {
    get: (id) => rows.get(id),
    put: (id, row) => void rows.set(id, row),
    update: (id, change) => void (rows.has(id) && rows.set(id, change(rows.get(id)))),
    upsert: (id, change) => void rows.set(id, change(rows.get(id))),
    remove: (id) => void rows.delete(id),
  }
}
