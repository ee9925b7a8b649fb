/** Real orders as commands: amounts, times, and which steps an order's record stands for. */

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseCents, parseTime, readOlistOrders } from '../../actors/demo/olist.js'
import { onEnd } from '../support/scope.js'

test('decimal amounts become cents by their digits', () => {
  const amounts = ['0', '7', '99.9', '109.90', '1.15', '4.35', '13664.08']

  assert.deepEqual(
    amounts.map((text) => parseCents(text, '1')),
    [0, 700, 9_990, 10_990, 115, 435, 1_366_408],
  )
})

test('what is not an amount in cents is refused with its order', () => {
  for (const text of ['', '1.234', '-1', '1,5', '1e3', ' 1']) {
    assert.throws(
      () => parseCents(text, '4711'),
      { name: 'InputError', message: /order 4711/ },
      text,
    )
  }
})

test('times are read as UTC, month first', () => {
  assert.equal(parseTime('1/2/2018 3:04', '1')?.toISOString(), '2018-01-02T03:04:00.000Z')
  assert.equal(parseTime('12/31/2017 23:59', '1')?.toISOString(), '2017-12-31T23:59:00.000Z')
  assert.equal(parseTime('', '1'), null)
})

test('times that cannot be are refused', () => {
  for (const text of ['2/30/2018 0:00', '13/1/2018 0:00', '1/1/2018 24:00', '2018-01-01', 'soon']) {
    assert.throws(() => parseTime(text, '4711'), { name: 'InputError' }, text)
  }
})

test('each time stamp that is present is one command, in the order of history', async (t) => {
  const directory = await writeOrders(t, [
    'b,c2,delivered,1/1/2018 10:00,1/1/2018 9:00,,1/3/2018 9:00,1/9/2018 0:00',
    'a,c1,shipped,1/1/2018 9:00,1/1/2018 9:00,1/2/2018 9:00,,1/9/2018 0:00',
  ])

  const commands = await readOlistOrders(directory)

  assert.deepEqual(
    commands.map((command) => command.commandId),
    ['a:create', 'a:pay', 'b:pay', 'b:create', 'a:ship', 'b:deliver'],
  )
})

test('a cancelled or unavailable order is cancelled at its latest time, not at the estimate', async (t) => {
  const directory = await writeOrders(t, [
    'a,c1,canceled,1/1/2018 9:00,1/2/2018 9:00,,,1/9/2018 0:00',
    'b,c1,unavailable,1/1/2018 9:00,,,,1/9/2018 0:00',
  ])

  const commands = await readOlistOrders(directory)

  const cancels = commands.filter((command) => command.step === 'cancel')
  assert.deepEqual(
    cancels.map(({ orderId, occurredAt }) => [orderId, occurredAt.toISOString()]),
    [
      ['b', '2018-01-01T09:00:00.000Z'],
      ['a', '2018-01-02T09:00:00.000Z'],
    ],
  )
})

test('items become lines, and payments one sum by the method that paid the most', async (t) => {
  const directory = await writeOrders(t, [
    'a,c1,delivered,1/1/2018 9:00,1/2/2018 9:00,,,1/9/2018 0:00',
  ])

  const [create, pay] = await readOlistOrders(directory)

  assert.deepEqual(create?.payload, {
    customerId: 'c1',
    lines: [
      { productId: 'p1', sellerId: 's1', quantity: 1, priceCents: 1_010, freightCents: 205 },
      { productId: 'p2', sellerId: 's1', quantity: 1, priceCents: 300, freightCents: 0 },
    ],
  })
  assert.deepEqual(pay?.payload, { paymentId: 'payment-a', amountCents: 1_515, method: 'bank' })
})

test('a directory without the files is refused with the path', async (t) => {
  const directory = await temporaryDirectory(t)

  await assert.rejects(readOlistOrders(directory), {
    name: 'InputError',
    message: /expected a readable file .*\.csv, found ENOENT/,
  })
})

const orderHeader =
  'order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,' +
  'order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date'

async function writeOrders(t: TestContext, orders: readonly string[]): Promise<string> {
  const directory = await temporaryDirectory(t)
  await writeFile(join(directory, 'orders.csv'), [orderHeader, ...orders].join('\n'))
  await writeFile(
    join(directory, 'order_items.csv'),
    'order_id,product_id,seller_id,price,freight_value\na,p1,s1,10.1,2.05\na,p2,s1,3,0\n',
  )
  await writeFile(
    join(directory, 'order_payments.csv'),
    'order_id,payment_type,payment_value\na,voucher,5.05\na,boleto,10.1\n',
  )
  return directory
}

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-olist-'))
  onEnd(t, () => rm(directory, { recursive: true, force: true }))
  return directory
}
