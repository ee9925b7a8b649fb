/** 5,000 real orders through the domain alone: the figures that every runtime has to reproduce. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDomain } from '../../actors/demo/domain-run.js'
import { readOlistOrders } from '../../actors/demo/olist.js'
import { compareCommands } from '../../actors/order/order-command.js'
import { ordersDirectory, ordersMissing } from './orders-directory.js'

test('the real orders come to the known figures', { skip: ordersMissing }, async () => {
  const commands = await readOlistOrders(ordersDirectory)

  const outcomes = runDomain(commands)

  const events = outcomes.flatMap((outcome) => outcome.events)
  const paid = events.filter((event) => event.type === 'OrderPaid')
  const paidCents = paid.map((event) => (event.data as { amountCents: number }).amountCents)
  assert.equal(commands.length, 19_819)
  assert.equal(events.length, 19_507)
  assert.equal(
    paidCents.reduce((sum, cents) => sum + cents, 0),
    78_217_549,
  )
  assert.deepEqual(countBy(outcomes.flatMap(({ refusal }) => refusal ?? [])), {
    AMOUNT_MISMATCH: 24,
    ORDER_NOT_CANCELLABLE: 3,
    ORDER_NOT_CREATED: 70,
    ORDER_NOT_PAID: 85,
    ORDER_NOT_SHIPPED: 96,
    ORDER_WITHOUT_LINES: 34,
  })
})

test('the real orders are in the order of history, with ids of their own', {
  skip: ordersMissing,
}, async () => {
  const commands = await readOlistOrders(ordersDirectory)

  assert.ok(commands.every((each, at) => at === 0 || compareCommands(commands[at - 1]!, each) < 0))
  assert.equal(new Set(commands.map((command) => command.commandId)).size, commands.length)
})

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
