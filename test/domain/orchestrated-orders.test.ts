/** Orchestrated fulfilment of many orders: through everything that goes wrong, and like its twin. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOlistOrders } from '../../actors/demo/olist.js'
import { isAtRest } from '../../actors/fulfilment/at-rest.js'
import { type BooksReport, checkBooks } from '../../actors/fulfilment/books.js'
import choreographed from '../../actors/fulfilment/choreographed/app.js'
import orchestrated from '../../actors/fulfilment/orchestrated/app.js'
import { Fulfilment } from '../../actors/fulfilment/orchestrated/fulfilment.js'
import { type OrderPlaced, ordersOf, stockFor } from '../../actors/fulfilment/order-input.js'
import { timesCollected } from '../../actors/fulfilment/outside/carrier.js'
import {
  calmPlan,
  isDeclined,
  isLost,
  type OutsidePlan,
} from '../../actors/fulfilment/outside/outside-plan.js'
import { timesDone } from '../../actors/fulfilment/outside/payment-provider.js'
import { installPlan } from '../../actors/fulfilment/outside/plan-in-force.js'
import { placeOrders, receiveStock } from '../../actors/fulfilment/place-orders.js'
import { Order } from '../../actors/order/order.js'
import { openRuntime, type Runtime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { turns } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import { FulfilmentRun, generatedFor, orderOf } from './fulfilment-run.js'
import { ordersDirectory, ordersMissing } from './orders-directory.js'

/** Something of everything goes wrong. */
const roughPlan: OutsidePlan = { seed: 3, declined: 0.1, short: 0.1, lost: 0.1, transient: 0.2 }

test('a rough world leaves no order and no saga behind, and everybody gets what the plan says', async (t) => {
  const plan = { ...roughPlan, short: 0 }
  const orders = generatedFor('o-rough', 150)
  const run = await FulfilmentRun.open(t, { app: orchestrated, plan })

  await run.fulfil(stockFor(orders, plan), orders)

  assertUnluckyCompensated(await checkBooks(run.runtime), orders, plan)
  assert.equal(await sagasLeft(run.runtime), 0)
  assert.equal(run.runtime.status().deadLetters.parkedKeys, 0)
  assert.equal(run.runtime.status().timers.pending, 0)
})

test('everything is done once, though every handler is replayed again and again meanwhile', async (t) => {
  const orders = generatedFor('o-twice', 40)
  const run = await FulfilmentRun.open(t, { app: orchestrated, plan: roughPlan })
  const { runtime } = run
  await receiveStock(runtime, stockFor(orders, roughPlan))
  await placeOrders(runtime, orders)

  for (let time = 0; time < 10; time++) {
    for (const handler of ['Fulfilment', 'carrier']) await replay(run, handler)
  }
  await run.atRest()

  const { figures, isSound, laws } = await checkBooks(runtime)
  assert.ok(isSound, JSON.stringify(laws))
  assert.equal(figures.fulfilled + figures.compensated, orders.length)
  for (const { orderId } of orders) {
    const story = await run.storyOf(orderId)
    assert.equal(timesDone('charge', orderId), story.includes('PaymentAuthorised') ? 1 : 0, orderId)
    assert.equal(timesDone('refund', orderId), story.includes('PaymentRefunded') ? 1 : 0, orderId)
    assert.equal(timesCollected(orderId), story.includes('ParcelHandedOver') ? 1 : 0, orderId)
  }
})

test('replaying every handler over the whole log afterwards records nothing', async (t) => {
  const orders = generatedFor('o-replayed', 30)
  const plan = { ...roughPlan, transient: 0 }
  const run = await FulfilmentRun.open(t, { app: orchestrated, plan })
  await run.fulfil(stockFor(orders, plan), orders)
  const before = run.runtime.log.head

  for (const handler of ['Fulfilment', 'carrier']) await replay(run, handler)
  await run.atRest()

  assert.deepEqual(await run.typesAfter(before), [])
})

test('both twins deliver the same orders and cancel the same, for the same reasons', async (t) => {
  const orders = generatedFor('o-same', 40)
  const stock = stockFor(orders, roughPlan)

  const [one, other] = await Promise.all(
    [choreographed, orchestrated].map(async (app) => {
      const run = await FulfilmentRun.open(t, { app, plan: roughPlan })
      await run.fulfil(stock, [])
      // One after the other, so that the last piece of a product goes to the same order.
      for (const order of orders) await run.fulfil([], [order])
      return await outcomesOf(run.runtime, orders)
    }),
  )

  assert.deepEqual(one, other)
  assert.deepEqual(Object.keys(countsOf(one!)).sort(), [
    'CARD_DECLINED',
    'OUT_OF_STOCK',
    'PARCEL_LOST',
    'delivered',
  ])
})

test('a hundred sagas want one product, and each gets its own piece of it', async (t) => {
  const orders = Array.from({ length: 100 }, (_, at) =>
    orderOf(`o-hot-${at}`, { productId: 'p1', quantity: 1 }),
  )
  const run = await FulfilmentRun.open(t, { app: orchestrated })

  await run.fulfil([{ productId: 'p1', quantity: 60 }], orders)

  const { figures, isSound } = await checkBooks(run.runtime)
  assert.deepEqual(
    [figures.fulfilled, figures.compensated, figures.taken, isSound],
    [60, 40, 60, true],
  )
})

test('on worker threads and a directory it comes to the same', async (t) => {
  const plan = { ...roughPlan, short: 0, transient: 0.05 }
  installPlan(plan)
  onEnd(t, () => installPlan(null))
  const orders = generatedFor('o-threads', 40)
  const directory = await TemporaryDirectory.make(t)
  const runtime = await openRuntime({
    app: new URL('../../actors/fulfilment/orchestrated/app.js', import.meta.url),
    dataDir: directory.path,
    workers: 2,
  })
  directory.closing(runtime)

  await receiveStock(runtime, stockFor(orders, plan))
  await placeOrders(runtime, orders)
  while (!(await isAtRest(runtime, [Fulfilment]))) await turns()

  assertUnluckyCompensated(await checkBooks(runtime), orders, plan)
})

test('real orders are fulfilled to the cent', { skip: ordersMissing }, async (t) => {
  const real = ordersOf(await readOlistOrders(ordersDirectory)).slice(0, 300)
  const run = await FulfilmentRun.open(t, { app: orchestrated })

  await run.fulfil(stockFor(real, calmPlan), real)

  const { figures, isSound } = await checkBooks(run.runtime)
  assert.deepEqual(
    [figures.fulfilled, figures.available, figures.shippedCents, isSound],
    [real.length, 0, figures.capturedCents, true],
  )
  assert.equal(await sagasLeft(run.runtime), 0)
})

function assertUnluckyCompensated(
  { figures, isSound, laws }: BooksReport,
  orders: readonly OrderPlaced[],
  plan: OutsidePlan,
): void {
  assert.ok(isSound, JSON.stringify(laws))
  const unlucky = orders.filter(({ orderId }) => isDeclined(plan, orderId) || isLost(plan, orderId))
  assert.ok(unlucky.length > 0)
  assert.equal(figures.compensated, unlucky.length)
  assert.equal(figures.fulfilled, orders.length - unlucky.length)
}

/** Delivers to a handler once more what it is through with. */
async function replay(run: FulfilmentRun, handler: string): Promise<void> {
  const { runtime } = run
  const { position } = runtime.handler(handler).status()
  if (position === 0) return
  const replayed = runtime.handler(handler).replay({ from: 1, to: position })
  const { failures } = await run.whileTimePasses(`${handler} is replayed`, replayed)
  assert.deepEqual(failures, [])
}

/** Instances that go on, or wait for an operator. */
async function sagasLeft(runtime: Runtime): Promise<number> {
  let left = 0
  for (const status of ['running', 'compensating', 'halted'] as const) {
    left += (await runtime.saga(Fulfilment).list({ status })).rows.length
  }
  return left
}

/** What became of each order: `delivered`, or the reason why it was cancelled. */
async function outcomesOf(
  runtime: Runtime,
  orders: readonly OrderPlaced[],
): Promise<Readonly<Record<string, string>>> {
  const outcomes: Record<string, string> = {}
  for (const { orderId } of orders) {
    for await (const { type, data } of runtime.actor(Order, orderId).events()) {
      if (type === 'OrderDelivered') outcomes[orderId] = 'delivered'
      if (type === 'OrderCancelled') outcomes[orderId] = (data as { reason: string }).reason
    }
  }
  return outcomes
}

function countsOf(outcomes: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const outcome of Object.values(outcomes)) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}
