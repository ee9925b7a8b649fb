/** Choreographed fulfilment from the order to the doorstep, and back where that cannot be. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOlistOrders } from '../../actors/demo/olist.js'
import { areHandlersThrough } from '../../actors/fulfilment/at-rest.js'
import { checkBooks } from '../../actors/fulfilment/books.js'
import { fulfilmentHandlers } from '../../actors/fulfilment/choreographed/app.js'
import { ordersOf, stockFor } from '../../actors/fulfilment/order-input.js'
import { timesCollected } from '../../actors/fulfilment/outside/carrier.js'
import {
  calmPlan,
  isDeclined,
  isLost,
  type OutsidePlan,
} from '../../actors/fulfilment/outside/outside-plan.js'
import { timesDone } from '../../actors/fulfilment/outside/payment-provider.js'
import { installPlan } from '../../actors/fulfilment/outside/plan-in-force.js'
import { piecesOf } from '../../actors/fulfilment/pieces.js'
import { placeOrders, receiveStock } from '../../actors/fulfilment/place-orders.js'
import { paymentTimeMs } from '../../actors/fulfilment/terms.js'
import { Inventory } from '../../actors/inventory/inventory.js'
import { Order } from '../../actors/order/order.js'
import { type HandlerContext, type HandlerDefinition, openRuntime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { until } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import { FulfilmentRun, generatedFor, orderOf } from './fulfilment-run.js'
import { ordersDirectory, ordersMissing } from './orders-directory.js'

const one = { productId: 'p1', quantity: 1 }
const two = { productId: 'p2', quantity: 2 }

/** Something of everything goes wrong. */
const roughPlan: OutsidePlan = { seed: 3, declined: 0.1, short: 0.1, lost: 0.1, transient: 0.2 }

test('an order goes from the basket to the doorstep by itself', async (t) => {
  const run = await FulfilmentRun.open(t)

  await run.fulfil([one, two], [orderOf('happy', one, two)])

  const story = await run.storyOf('happy')
  // Each piece is set aside after it was reserved; which one first is nobody's business.
  assert.deepEqual(story.slice(0, 6).sort(), [
    'OrderCreated',
    'PickListOpened',
    'PieceSetAside',
    'PieceSetAside',
    'StockReserved',
    'StockReserved',
  ])
  assert.deepEqual(story.slice(6), [
    'PickListCompleted',
    'PaymentAuthorised',
    'PaymentCaptured',
    'OrderPaid',
    'PiecesPicked',
    'StockTaken',
    'StockTaken',
    'ShipmentBooked',
    'ParcelHandedOver',
    'ParcelDelivered',
    'OrderShipped',
    'OrderDelivered',
  ])
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('an order whose payment is declined is cancelled, and its goods go back on the shelf', async (t) => {
  const run = await FulfilmentRun.open(t, { plan: { declined: 1 } })

  await run.fulfil([one], [orderOf('declined', one)])

  const story = await run.storyOf('declined')
  assert.deepEqual(story.slice(story.indexOf('PaymentAuthorised')).sort(), [
    'OrderCancelled',
    'PaymentAuthorised',
    'PaymentFailed',
    'PickListDropped',
    'StockReleased',
  ])
  assert.equal((await run.runtime.actor(Inventory, 'p1').state()).available, 1)
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('an order that misses one product is cancelled unpaid, and gives back the others', async (t) => {
  const run = await FulfilmentRun.open(t)

  await run.fulfil([one], [orderOf('short', one, two)])

  const story = await run.storyOf('short')
  assert.equal(story.includes('PaymentAuthorised'), false)
  assert.equal(story.filter((type) => type === 'StockReserved').length, 1)
  assert.equal(story.filter((type) => type === 'StockReleased').length, 1)
  assert.equal((await run.runtime.actor(Order, 'short').state()).status, 'cancelled')
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('an order whose parcel is lost is refunded and cancelled; what was lost stays taken', async (t) => {
  const run = await FulfilmentRun.open(t, { plan: { lost: 1 } })

  await run.fulfil([one], [orderOf('lost', one)])

  const story = await run.storyOf('lost')
  assert.deepEqual(story.slice(story.indexOf('ParcelLost')), [
    'ParcelLost',
    'PaymentRefunded',
    'OrderCancelled',
  ])
  assert.deepEqual([timesDone('charge', 'lost'), timesDone('refund', 'lost')], [1, 1])
  const { available, taken } = await run.runtime.actor(Inventory, 'p1').state()
  assert.deepEqual([available, taken], [0, 1])
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('a world that fails every call at first changes nothing but the time it takes', async (t) => {
  const run = await FulfilmentRun.open(t, { plan: { transient: 1 } })

  await run.fulfil([one], [orderOf('patient', one)])

  assert.equal((await run.storyOf('patient')).at(-1), 'OrderDelivered')
  assert.equal(timesDone('charge', 'patient'), 1)
  assert.ok(run.clock.elapsedMs() > 0)
})

test('the last piece goes to one of two orders, and the other one is cancelled', async (t) => {
  const run = await FulfilmentRun.open(t)

  await run.fulfil([one], [orderOf('rival-a', one), orderOf('rival-b', one)])

  const { figures, isSound } = await checkBooks(run.runtime)
  assert.deepEqual([figures.fulfilled, figures.compensated, isSound], [1, 1, true])
})

test('a customer who cancels before the goods are reserved gets nothing and pays nothing', async (t) => {
  const run = await FulfilmentRun.open(t)
  const { runtime } = run
  for (const handler of fulfilmentHandlers) await runtime.handler(handler).pause()
  await runtime.actor(Inventory, 'p1').send('receive', { quantity: 1 })
  await runtime.actor(Order, 'regret').send('create', orderOf('regret', one).payload)
  await runtime.actor(Order, 'regret').send('cancel', { reason: 'changed my mind' })

  for (const handler of fulfilmentHandlers) await runtime.handler(handler).resume()
  await run.atRest()

  const { figures, isSound } = await checkBooks(runtime)
  assert.deepEqual([figures.compensated, figures.available, isSound], [1, 1, true])
})

test('a customer who cancels while the charge is on its way is charged and refunded', async (t) => {
  const run = await FulfilmentRun.open(t)
  const { runtime } = run
  await run.fulfil([one], [])
  const authorised = run.next('PaymentAuthorised')
  await runtime.handler('payment').pause()
  await runtime.actor(Order, 'too-fast').send('create', orderOf('too-fast', one).payload)
  await authorised
  const dropped = run.next('PickListDropped')
  await runtime.actor(Order, 'too-fast').send('cancel', { reason: 'changed my mind' })
  // There is nothing to refund yet: the one who captures has to notice.
  await runtime.caughtUp((await dropped).position, { handler: 'giving-up' })

  await runtime.handler('payment').resume()
  await run.atRest()

  assert.deepEqual([timesDone('charge', 'too-fast'), timesDone('refund', 'too-fast')], [1, 1])
  const { figures, isSound } = await checkBooks(runtime)
  assert.deepEqual([figures.compensated, figures.available, isSound], [1, 1, true])
})

test('an order that is not paid in time gives its goods back, and a late charge is refunded', async (t) => {
  const run = await FulfilmentRun.open(t)
  const { runtime, clock } = run
  await run.fulfil([one], [])
  const authorised = run.next('PaymentAuthorised')
  await runtime.handler('payment').pause()
  await runtime.actor(Order, 'slow').send('create', orderOf('slow', one).payload)
  await authorised
  await runtime.caughtUp(runtime.log.head, { handler: 'pick-list' })
  const dropped = run.next('PickListDropped')

  clock.advance(paymentTimeMs)
  const { position, data } = await dropped
  await runtime.caughtUp(position, { handler: 'giving-up' })
  await runtime.handler('payment').resume()
  await run.atRest()

  assert.equal((data as { reason: string }).reason, 'NOT_PAID_IN_TIME')
  assert.deepEqual([timesDone('charge', 'slow'), timesDone('refund', 'slow')], [1, 1])
  const { figures, isSound } = await checkBooks(runtime)
  assert.deepEqual([figures.compensated, figures.available, isSound], [1, 1, true])
})

test('an order that was paid in time stands when the limit has passed, and no timer is left', async (t) => {
  const run = await FulfilmentRun.open(t)

  await run.fulfil([one], [orderOf('in-time', one), orderOf('hopeless', two)])
  const { pending } = run.runtime.status().timers
  run.clock.advance(paymentTimeMs)
  await run.atRest()

  assert.equal(pending, 0)
  assert.equal((await run.runtime.actor(Order, 'in-time').state()).status, 'delivered')
})

test('every event delivered twice changes nothing', async (t) => {
  const orders = generatedFor('twice', 60)
  const run = await FulfilmentRun.open(t, {
    plan: roughPlan,
    handlers: fulfilmentHandlers.map(deliveredTwice),
  })

  await run.fulfil(stockFor(orders, roughPlan), orders)

  const { figures, isSound, laws } = await checkBooks(run.runtime)
  assert.ok(isSound, JSON.stringify(laws))
  assert.equal(figures.fulfilled + figures.compensated, orders.length)
  for (const { orderId } of orders) {
    const story = await run.storyOf(orderId)
    const charges = story.includes('PaymentAuthorised') ? 1 : 0
    assert.equal(timesDone('charge', orderId), charges, orderId)
    assert.equal(timesDone('refund', orderId), story.includes('PaymentRefunded') ? 1 : 0, orderId)
    assert.equal(timesCollected(orderId), story.includes('ParcelHandedOver') ? 1 : 0, orderId)
  }
})

test('replaying every handler over the whole log afterwards records nothing', async (t) => {
  const orders = generatedFor('replayed', 40)
  const plan = { ...roughPlan, transient: 0 }
  const run = await FulfilmentRun.open(t, { plan })
  await run.fulfil(stockFor(orders, plan), orders)
  const before = run.runtime.log.head

  for (const handler of fulfilmentHandlers) {
    const replay = run.runtime.handler(handler).replay({ from: 1, to: before })
    const { failures } = await run.whileTimePasses(`${handler.name} is replayed`, replay)
    assert.deepEqual(failures, [])
  }
  await run.atRest()

  assert.deepEqual(await run.typesAfter(before), [])
})

test('a reservation that comes again long after, when its product has forgotten it, reserves nothing', async (t) => {
  const orders = Array.from({ length: 200 }, (_, at) => orderOf(`hot-${at}`, one))
  const run = await FulfilmentRun.open(t)
  // More than a product remembers of its commands, and some left to reserve once more.
  await run.fulfil([{ productId: 'p1', quantity: 300 }], orders)
  const before = run.runtime.log.head

  const replay = run.runtime.handler('warehouse').replay({ from: 1, to: before })
  const { delivered } = await run.whileTimePasses('the warehouse is replayed', replay)
  await run.atRest()

  assert.equal(delivered, 2 * orders.length)
  assert.deepEqual(await run.typesAfter(before), [])
})

test('a rough world leaves no order behind, and everybody gets what the plan says', async (t) => {
  const plan = { ...roughPlan, short: 0 }
  const orders = generatedFor('rough', 200)
  const run = await FulfilmentRun.open(t, { plan })

  await run.fulfil(stockFor(orders, plan), orders)

  const { figures, isSound, laws } = await checkBooks(run.runtime)
  assert.ok(isSound, JSON.stringify(laws))
  const unlucky = orders.filter(({ orderId }) => isDeclined(plan, orderId) || isLost(plan, orderId))
  assert.equal(figures.compensated, unlucky.length)
  assert.equal(figures.fulfilled, orders.length - unlucky.length)
})

test('on worker threads and a directory it comes to the same', async (t) => {
  const plan = { ...roughPlan, short: 0, transient: 0.05 }
  installPlan(plan)
  onEnd(t, () => installPlan(null))
  const orders = generatedFor('threads', 40)
  const directory = await TemporaryDirectory.make(t)
  const runtime = await openRuntime({
    app: new URL('../../actors/fulfilment/choreographed/app.js', import.meta.url),
    dataDir: directory.path,
    workers: 2,
  })
  directory.closing(runtime)

  await receiveStock(runtime, stockFor(orders, plan))
  await placeOrders(runtime, orders)
  await until('fulfilment is at rest', () => areHandlersThrough(runtime))

  const { figures, isSound, laws } = await checkBooks(runtime)
  assert.ok(isSound, JSON.stringify(laws))
  const unlucky = orders.filter(({ orderId }) => isDeclined(plan, orderId) || isLost(plan, orderId))
  assert.ok(unlucky.length > 0)
  assert.equal(figures.compensated, unlucky.length)
})

test('real orders are fulfilled to the cent', { skip: ordersMissing }, async (t) => {
  const real = ordersOf(await readOlistOrders(ordersDirectory)).slice(0, 300)
  const run = await FulfilmentRun.open(t)

  await run.fulfil(stockFor(real, calmPlan), real)

  const { figures, isSound } = await checkBooks(run.runtime)
  const pieces = piecesOf(real.flatMap(({ payload }) => payload.lines))
  assert.deepEqual(
    [figures.fulfilled, figures.taken, figures.available, isSound],
    [real.length, pieces.reduce((sum, { quantity }) => sum + quantity, 0), 0, true],
  )
})

/** The same handler, whose first delivery of every event fails once it has done everything. */
function deliveredTwice<N extends string>(handler: HandlerDefinition<N>): HandlerDefinition<N> {
  const reactions = Object.entries(handler.on).map(([type, react]) => {
    const done = new Set<string>()
    const twice = async (event: { readonly id: string }, context: HandlerContext) => {
      await react(event, context)
      if (done.has(event.id)) return
      done.add(event.id)
      throw new Error('everything was done, and the answer was lost')
    }
    return [type, twice] as const
  })
  const retry = Object.freeze({ ...handler.retry, attemptsMax: 10, retriesAtOnce: 4 })
  return Object.freeze({ ...handler, on: Object.freeze(Object.fromEntries(reactions)), retry })
}
