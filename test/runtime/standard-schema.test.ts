/** Commands and events of other libraries' schemas, all the way: host, log, worker threads, restart. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRuntime } from '../../src/index.js'
import { collect } from '../../src/testing/collect.js'
import { upcastEvent } from '../../src/testing/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'
import app, { Order, Placements } from './apps/standard-orders.js'

const url = new URL('./apps/standard-orders.js', import.meta.url)

test('what a schema makes of a payload is decided on, recorded and read, on every thread', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const runtime = await openRuntime({ app: url, dataDir, workers: 1 })
  onEnd(t, () => runtime.close())

  const receipt = await runtime.actor(Order, '1').send('place', { sku: ' a ', count: '2' })

  const data = { sku: 'a', count: 2, tags: ['new'] }
  assert.deepEqual(receipt.events[0]?.data, data)
  await runtime.caughtUp(receipt.position, { view: Placements })
  assert.deepEqual(await runtime.view(Placements).get('1'), data)
  await runtime.caughtUp(receipt.position, { handler: 'ship' })
  assert.deepEqual(await runtime.actor(Order, '1').state(), {
    count: 2,
    tags: ['new'],
    shipped: true,
  })
})

test('what was recorded is not checked again when it is read after a restart', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const first = await openRuntime({ app, dataDir })
  onEnd(t, () => first.close())
  await first.actor(Order, '1').send('place', { sku: 'a', count: '2', tags: ['x'] })
  await first.close()

  const second = await openRuntime({ app, dataDir })
  onEnd(t, () => second.close())

  assert.deepEqual((await second.actor(Order, '1').state()).tags, ['x'])
})

test('a command that is sent again is the same by what was sent', async (t) => {
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  const order = runtime.actor(Order, '1')
  const options = { commandId: 'c-1' }
  await order.send('place', { sku: 'a', count: '2' }, options)

  const again = await order.send('place', { sku: 'a', count: '2' }, options)

  assert.equal(again.duplicate, true)
  await assert.rejects(order.send('place', { sku: ' a', count: '2' }, options), {
    code: 'DRAMATIS_COMMAND_ID_REUSED',
  })
})

test('what does not fit is refused with its paths, and nothing is written', async (t) => {
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  const order = runtime.actor(Order, '1')

  await assert.rejects(order.send('place', { sku: '', count: '0' }), {
    code: 'DRAMATIS_SCHEMA_MISMATCH',
    subject: 'command Order.place',
  })
  await assert.rejects(order.send('ship', { carrier: 'x', at: new Date(0) }), {
    code: 'DRAMATIS_SCHEMA_MISMATCH',
    subject: 'event OrderShipped',
  })
  await assert.rejects(order.send('wait', { ms: 1 }), { code: 'DRAMATIS_INVALID_SCHEMA' })

  assert.deepEqual(await collect(runtime.log.read()), [])
  await order.send('place', { sku: 'a', count: '1' })
})

test('an old event is checked in tests by the schema of another library too', () => {
  const event = { type: 'OrderShipped', schemaVersion: 1, data: { at: new Date(0), carrier: 'x' } }

  assert.throws(() => upcastEvent(Order, event), { code: 'DRAMATIS_SCHEMA_MISMATCH' })
})
