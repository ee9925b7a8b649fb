/** The books: sound histories balance, and every way to break a law is found and named. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BookedEvent } from '../../actors/fulfilment/books/ledger.js'
import { checkBooks, checkHistory, examplesMax } from '../../actors/fulfilment/books.js'
import { Inventory } from '../../actors/inventory/inventory.js'
import { Payment } from '../../actors/payment/payment.js'
import { defineApp, openRuntime } from '../../src/index.js'
import { onEnd } from '../support/scope.js'

const stock = 'stock received = available + reserved + taken'
const money = 'money captured = shipped + refunded + undecided'
const price = 'what is captured is what the order costs'
const paid = 'what is paid was captured'
const both = 'no order is both delivered and refunded'
const left = 'every order is delivered, or cancelled and compensated'
const shelf = 'what was taken from the shelf is what was booked for shipment'
const open = 'no reservation is left open'

const event = (aggregateId: string, type: string, data: object = {}): BookedEvent => ({
  aggregateId,
  type,
  data,
})

const received = event('p1', 'StockReceived', { quantity: 5 })
const reserved = event('p1', 'StockReserved', { reservationId: 'o1', quantity: 2 })
const released = event('p1', 'StockReleased', { reservationId: 'o1', quantity: 2 })
const taken = event('p1', 'StockTaken', { reservationId: 'o1', quantity: 2 })
const created = event('o1', 'OrderCreated', { totalCents: 100 })
const orderPaid = event('o1', 'OrderPaid', { amountCents: 100 })
const delivered = event('o1', 'OrderDelivered')
const cancelled = event('o1', 'OrderCancelled', { reason: 'why not' })
const captured = event('o1', 'PaymentCaptured', { amountCents: 100 })
const refunded = event('o1', 'PaymentRefunded', { amountCents: 100, reason: 'why not' })
const booked = event('o1', 'ShipmentBooked', { pieces: [{ productId: 'p1', quantity: 2 }] })
const handedOver = event('o1', 'ParcelHandedOver')
const arrived = event('o1', 'ParcelDelivered')
const lost = event('o1', 'ParcelLost', { reason: 'fell off' })

const goodsOut = [created, received, reserved, captured, orderPaid, taken, booked, handedOver]
const fulfilled = [...goodsOut, arrived, delivered]
const lostAndRefunded = [...goodsOut, lost, refunded, cancelled]
const neverPaid = [created, received, reserved, cancelled, released]

/** Who breaks which laws. */
function broken(events: readonly BookedEvent[]): Record<string, readonly string[]> {
  const { laws } = checkHistory(events)
  const guilty = laws.filter((law) => law.broken > 0)
  return Object.fromEntries(guilty.map(({ name, examples }) => [name, examples]))
}

/** A history without one of its events. */
function without(events: readonly BookedEvent[], missing: BookedEvent): readonly BookedEvent[] {
  assert.ok(events.includes(missing))
  return events.filter((each) => each !== missing)
}

describe('the books of a sound history', () => {
  const sound = { fulfilled, lostAndRefunded, neverPaid, empty: [] }
  for (const [name, events] of Object.entries(sound)) {
    test(`break no law: ${name}`, () => {
      assert.deepEqual(broken(events), {})
      assert.equal(checkHistory(events).isSound, true)
    })
  }

  test('add up all orders and products', () => {
    assert.deepEqual(checkHistory(fulfilled).figures, {
      orders: 1,
      fulfilled: 1,
      compensated: 0,
      capturedCents: 100,
      shippedCents: 100,
      refundedCents: 0,
      undecidedCents: 0,
      products: 1,
      received: 5,
      available: 3,
      reserved: 0,
      taken: 2,
    })
  })

  test('call money undecided until the parcel is out or it was given back', () => {
    const cents = (events: readonly BookedEvent[]): unknown => {
      const { shippedCents, refundedCents, undecidedCents } = checkHistory(events).figures
      return [shippedCents, refundedCents, undecidedCents]
    }

    assert.deepEqual(cents([created, captured]), [0, 0, 100])
    assert.deepEqual(cents(goodsOut), [100, 0, 0])
    assert.deepEqual(cents([...goodsOut, lost]), [0, 0, 100])
    assert.deepEqual(cents(lostAndRefunded), [0, 100, 0])
  })

  test('on the way break only laws for times of rest', () => {
    for (let length = 0; length <= fulfilled.length; length++) {
      const { laws } = checkHistory(fulfilled.slice(0, length))
      const always = laws.filter((law) => law.holds === 'always' && law.broken > 0)
      assert.deepEqual(always, [], `after ${length} events`)
    }
  })
})

describe('the books find', () => {
  const histories: readonly [
    what: string,
    events: readonly BookedEvent[],
    found: Readonly<Record<string, readonly string[]>>,
  ][] = [
    ['stock that was released twice', [...neverPaid, released], { [stock]: ['p1'] }],
    ['stock that was taken twice', [...fulfilled, taken], { [stock]: ['p1'], [shelf]: ['p1'] }],
    [
      'stock that was released in part',
      [...neverPaid.slice(0, -1), { ...released, data: { reservationId: 'o1', quantity: 1 } }],
      { [stock]: ['p1'] },
    ],
    [
      'stock that was never there',
      [...neverPaid, event('p1', 'StockReserved', { reservationId: 'o2', quantity: 9 })],
      { [stock]: ['p1'], [open]: ['p1'] },
    ],
    ['a reservation that nobody ended', without(neverPaid, released), { [open]: ['p1'] }],
    ['goods that left the shelf for nobody', [...neverPaid, reserved, taken], { [shelf]: ['p1'] }],
    [
      'goods that were shipped and never taken',
      without(fulfilled, taken),
      { [shelf]: ['p1'], [open]: ['p1'] },
    ],
    [
      'goods that nobody knows',
      [...fulfilled, { ...booked, data: { pieces: [{ productId: 'p9', quantity: 1 }] } }],
      { [shelf]: ['p9'] },
    ],
    [
      'a customer who was charged twice',
      [...fulfilled, captured],
      { [price]: ['o1'], [left]: ['o1'] },
    ],
    [
      'a customer who got the money and the goods',
      [...fulfilled, refunded],
      { [money]: ['o1'], [both]: ['o1'], [left]: ['o1'] },
    ],
    [
      'a customer who got the money back twice',
      [...lostAndRefunded, refunded],
      { [money]: ['o1'], [left]: ['o1'] },
    ],
    [
      'a customer who got a part of the money back',
      [...without(lostAndRefunded, refunded), { ...refunded, data: { amountCents: 40 } }],
      { [money]: ['o1'], [left]: ['o1'] },
    ],
    [
      'an order that was paid with no money',
      without(fulfilled, captured),
      { [paid]: ['o1'], [left]: ['o1'] },
    ],
    [
      'an order that was cancelled and not refunded',
      without(lostAndRefunded, refunded),
      { [left]: ['o1'] },
    ],
    [
      'an order that was refunded and not cancelled',
      without(lostAndRefunded, cancelled),
      { [left]: ['o1'] },
    ],
    ['an order that arrived and nobody told it', without(fulfilled, delivered), { [left]: ['o1'] }],
    ['an order that nobody moved on', [created], { [left]: ['o1'] }],
    [
      'an order that was cancelled while its parcel went out',
      [...goodsOut, cancelled, refunded],
      {
        [money]: ['o1'],
        [left]: ['o1'],
      },
    ],
  ]
  for (const [what, events, found] of histories) {
    test(what, () => {
      assert.deepEqual(broken(events), found)
      assert.equal(checkHistory(events).isSound, false)
    })
  }

  test('every one of many, and name the first of them', () => {
    const orders = Array.from({ length: 50 }, (_, at) =>
      event(`o${at}`, 'OrderCreated', { totalCents: 1 }),
    )

    const law = checkHistory(orders).laws.find(({ name }) => name === left)!

    assert.equal(law.broken, 50)
    assert.deepEqual(
      law.examples,
      orders.slice(0, examplesMax).map(({ aggregateId }) => aggregateId),
    )
  })
})

test('the books of a runtime are those of its log', async (t) => {
  const runtime = await openRuntime({ app: defineApp({ actors: [Inventory, Payment] }) })
  onEnd(t, () => runtime.close())
  await runtime.actor(Inventory, 'p1').send('receive', { quantity: 5 })
  await runtime.actor(Inventory, 'p1').send('reserve', { reservationId: 'o1', quantity: 2 })
  await runtime.actor(Payment, 'o1').send('authorise', { amountCents: 100, method: 'card' })
  await runtime.actor(Payment, 'o1').send('capture', {})

  const { figures, isSound } = await checkBooks(runtime)

  assert.deepEqual([figures.received, figures.available, figures.reserved], [5, 3, 2])
  assert.deepEqual([figures.capturedCents, figures.undecidedCents], [100, 100])
  assert.equal(isSound, false)
})
