/** Orchestrated fulfilment from the order to the doorstep, and back where that cannot be. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { checkBooks } from '../../actors/fulfilment/books.js'
import app from '../../actors/fulfilment/orchestrated/app.js'
import { deliveryTimeMs, Fulfilment } from '../../actors/fulfilment/orchestrated/fulfilment.js'
import type { OutsidePlan } from '../../actors/fulfilment/outside/outside-plan.js'
import { timesDone } from '../../actors/fulfilment/outside/payment-provider.js'
import { installPlan } from '../../actors/fulfilment/outside/plan-in-force.js'
import { paymentTimeMs } from '../../actors/fulfilment/terms.js'
import { Inventory } from '../../actors/inventory/inventory.js'
import { Order } from '../../actors/order/order.js'
import { FulfilmentRun, orderOf } from './fulfilment-run.js'

const one = { productId: 'p1', quantity: 1 }
const two = { productId: 'p2', quantity: 2 }

function open(t: TestContext, plan: Partial<OutsidePlan> = {}): Promise<FulfilmentRun> {
  return FulfilmentRun.open(t, { app, plan })
}

/** The types of an order's events, those of the saga left out. */
async function domainStoryOf(run: FulfilmentRun, orderId: string): Promise<readonly string[]> {
  return (await run.storyOf(orderId)).filter((type) => !type.startsWith('Fulfilment.'))
}

test('a saga takes an order from the basket to the doorstep', async (t) => {
  const run = await open(t)

  await run.fulfil([one, two], [orderOf('o-happy', one, two)])

  assert.deepEqual(await domainStoryOf(run, 'o-happy'), [
    'OrderCreated',
    'StockReserved',
    'StockReserved',
    'PaymentAuthorised',
    'PaymentCaptured',
    'OrderPaid',
    'StockTaken',
    'StockTaken',
    'ShipmentBooked',
    'ParcelHandedOver',
    'ParcelDelivered',
    'OrderShipped',
    'OrderDelivered',
  ])
  assert.equal(await run.runtime.saga(Fulfilment, 'o-happy').ended(), 'completed')
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('a declined payment takes everything back, and the order is cancelled for its reason', async (t) => {
  const run = await open(t, { declined: 1 })

  await run.fulfil([one], [orderOf('o-declined', one)])

  const story = await domainStoryOf(run, 'o-declined')
  assert.deepEqual(story.slice(story.indexOf('PaymentAuthorised')), [
    'PaymentAuthorised',
    'PaymentFailed',
    'StockReleased',
    'OrderCancelled',
  ])
  assert.equal(await run.runtime.saga(Fulfilment, 'o-declined').ended(), 'compensated')
  assert.equal(await reasonOf(run, 'o-declined'), 'CARD_DECLINED')
  assert.deepEqual([timesDone('charge', 'o-declined'), timesDone('refund', 'o-declined')], [1, 0])
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('an order that misses one product is cancelled unpaid, and gives back the others', async (t) => {
  const run = await open(t)

  await run.fulfil([one], [orderOf('o-short', one, two)])

  assert.deepEqual(await domainStoryOf(run, 'o-short'), [
    'OrderCreated',
    'StockReserved',
    'StockReleased',
    'OrderCancelled',
  ])
  assert.equal(await reasonOf(run, 'o-short'), 'OUT_OF_STOCK')
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('an order whose parcel is lost is refunded and cancelled; what was lost stays taken', async (t) => {
  const run = await open(t, { lost: 1 })

  await run.fulfil([one], [orderOf('o-lost', one)])

  const story = await domainStoryOf(run, 'o-lost')
  assert.deepEqual(story.slice(story.indexOf('ParcelLost')), [
    'ParcelLost',
    'PaymentRefunded',
    'OrderCancelled',
  ])
  assert.equal(await reasonOf(run, 'o-lost'), 'PARCEL_LOST')
  assert.deepEqual([timesDone('charge', 'o-lost'), timesDone('refund', 'o-lost')], [1, 1])
  const { available, taken } = await run.runtime.actor(Inventory, 'p1').state()
  assert.deepEqual([available, taken], [0, 1])
  assert.equal((await checkBooks(run.runtime)).isSound, true)
})

test('a world that fails every call at first changes nothing but the time it takes', async (t) => {
  const run = await open(t, { transient: 1 })

  await run.fulfil([one], [orderOf('o-patient', one)])

  assert.equal((await run.storyOf('o-patient')).includes('OrderDelivered'), true)
  assert.equal(timesDone('charge', 'o-patient'), 1)
  const timeline = await run.runtime.saga(Fulfilment, 'o-patient').timeline()
  assert.ok(timeline.filter(({ step }) => step === 'charge').length > 1)
})

test('the last piece goes to one of two orders, and the other one is cancelled', async (t) => {
  const run = await open(t)

  await run.fulfil([one], [orderOf('o-rival-a', one), orderOf('o-rival-b', one)])

  const { figures, isSound } = await checkBooks(run.runtime)
  assert.deepEqual([figures.fulfilled, figures.compensated, isSound], [1, 1, true])
})

test('a customer who cancels before the goods are reserved gets nothing and pays nothing', async (t) => {
  const run = await open(t)
  const { runtime } = run
  await run.fulfil([one], [])
  await runtime.saga(Fulfilment).pause()
  await runtime.actor(Order, 'o-regret').send('create', orderOf('o-regret', one).payload)
  await runtime.actor(Order, 'o-regret').send('cancel', { reason: 'changed my mind' })

  await runtime.saga(Fulfilment).resume()
  await run.atRest()

  const { figures, isSound } = await checkBooks(runtime)
  assert.deepEqual([figures.compensated, figures.available, isSound], [1, 1, true])
})

test('a customer who cancels while the payment is on its way gets the money back', async (t) => {
  const run = await open(t)
  const { runtime } = run
  await run.fulfil([one], [])
  const authorised = run.next('PaymentAuthorised')
  await runtime.actor(Order, 'o-hasty').send('create', orderOf('o-hasty', one).payload)
  await authorised

  await runtime.actor(Order, 'o-hasty').send('cancel', { reason: 'changed my mind' })
  await run.atRest()

  assert.ok(timesDone('charge', 'o-hasty') <= timesDone('refund', 'o-hasty'))
  assert.equal(await runtime.saga(Fulfilment, 'o-hasty').ended(), 'compensated')
  const { figures, isSound } = await checkBooks(runtime)
  assert.deepEqual([figures.compensated, figures.available, isSound], [1, 1, true])
})

test('a customer who cancels when the parcel is out stops the saga where an operator sees it', async (t) => {
  const run = await open(t)
  const { runtime } = run
  await run.fulfil([one], [])
  await runtime.handler('carrier').pause()
  const booked = run.next('ShipmentBooked')
  await runtime.actor(Order, 'o-late').send('create', orderOf('o-late', one).payload)
  await booked
  await runtime.actor(Order, 'o-late').send('cancel', { reason: 'changed my mind' })

  await runtime.handler('carrier').resume()
  await run.atRest()

  const { halted } = await runtime.saga(Fulfilment, 'o-late').status()
  assert.deepEqual(
    halted.map(({ step, error }) => [step, (error as { reason?: string }).reason]),
    [['ship', 'ORDER_NOT_PAID']],
  )
  const { rows } = await runtime.saga(Fulfilment).list({ status: 'halted' })
  assert.deepEqual(
    rows.map(({ sagaId }) => sagaId),
    ['o-late'],
  )
})

test('an order whose charge gets no answer in time gives its goods back', async (t) => {
  const run = await open(t, { down: 'charge' })
  const { runtime, clock } = run
  await run.fulfil([one], [])
  const startedMs = clock.elapsedMs()
  await runtime.actor(Order, 'o-slow').send('create', orderOf('o-slow', one).payload)

  const ended = runtime.saga(Fulfilment, 'o-slow').ended({ timeoutMs: 3_600_000 })
  assert.equal(await run.whileTimePasses('the charge is given up', ended), 'compensated')

  const tookMs = clock.elapsedMs() - startedMs
  assert.ok(tookMs >= paymentTimeMs && tookMs < paymentTimeMs * 1.5, `${tookMs} ms`)
  assert.equal(await reasonOf(run, 'o-slow'), 'DRAMATIS_SAGA_STEP_TIMEOUT')
  const { figures, isSound } = await checkBooks(runtime)
  assert.deepEqual([figures.compensated, figures.available, isSound], [1, 1, true])
})

test('a parcel that does not arrive in time counts as lost, and nothing is delivered after', async (t) => {
  const run = await open(t, { down: 'track' })
  const { runtime, clock } = run
  await run.fulfil([one], [])
  const handedOver = run.next('ParcelHandedOver')
  await runtime.actor(Order, 'o-vanished').send('create', orderOf('o-vanished', one).payload)
  await runtime.caughtUp((await handedOver).position, { handler: 'Fulfilment' })

  clock.advance(deliveryTimeMs)
  const ended = runtime.saga(Fulfilment, 'o-vanished').ended({ timeoutMs: 3_600_000 })
  assert.equal(await run.whileTimePasses('the parcel is given up', ended), 'compensated')

  installPlan(null)
  await runtime.deadLetters.redrive({ handler: 'carrier' })
  await run.atRest()
  assert.equal(await reasonOf(run, 'o-vanished'), 'NOT_DELIVERED_IN_TIME')
  assert.equal((await checkBooks(runtime)).isSound, true)
})

test('no timer is left once every order has ended, and time changes nothing any more', async (t) => {
  const run = await open(t)
  await run.fulfil([one], [orderOf('o-in-time', one), orderOf('o-hopeless', two)])
  const { head } = run.runtime.log

  const { pending } = run.runtime.status().timers
  run.clock.advance(deliveryTimeMs)
  await run.atRest()

  assert.equal(pending, 0)
  assert.deepEqual(await run.typesAfter(head), [])
})

/** Why an order was cancelled. */
async function reasonOf({ runtime }: FulfilmentRun, orderId: string): Promise<string | undefined> {
  for await (const { type, data } of runtime.actor(Order, orderId).events()) {
    if (type === 'OrderCancelled') return (data as { reason: string }).reason
  }
  return undefined
}
