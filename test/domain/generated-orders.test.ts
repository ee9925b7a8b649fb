/** Made-up orders: repeatable, mostly proper, and wrong in every way that the domain refuses. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDomain } from '../../actors/demo/domain-run.js'
import { generateOrders } from '../../actors/demo/generated-orders.js'
import { compareCommands } from '../../actors/order/order-command.js'

test('the same seed makes the same orders', () => {
  assert.deepEqual(generateOrders(200, 7), generateOrders(200, 7))
})

test('another seed makes other orders', () => {
  assert.notDeepEqual(generateOrders(20, 7), generateOrders(20, 8))
})

test('an order does not depend on how many are made', () => {
  const few = generateOrders(10, 7)
  const ids = new Set(few.map((command) => command.orderId))

  const many = generateOrders(100, 7)

  assert.deepEqual(
    many.filter((command) => ids.has(command.orderId)),
    few,
  )
})

test('commands come in the order of history, with ids of their own', () => {
  const commands = generateOrders(500, 7)

  assert.ok(commands.every((each, at) => at === 0 || compareCommands(commands[at - 1]!, each) < 0))
  assert.equal(new Set(commands.map((command) => command.commandId)).size, commands.length)
})

test('most commands are accepted, and the wrong ones have every kind of reason', () => {
  const outcomes = runDomain(generateOrders(2_000, 7))

  const refusals = outcomes.flatMap(({ refusal }) => refusal ?? [])
  const share = refusals.length / outcomes.length
  assert.ok(share > 0.02 && share < 0.05, `refused: ${share}`)
  assert.deepEqual([...new Set(refusals)].sort(), [
    'AMOUNT_MISMATCH',
    'ORDER_NOT_CANCELLABLE',
    'ORDER_NOT_CREATED',
    'ORDER_NOT_PAID',
    'ORDER_NOT_PENDING',
    'ORDER_WITHOUT_LINES',
  ])
})
