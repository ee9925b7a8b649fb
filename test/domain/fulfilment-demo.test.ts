/** `npm run demo -- --fulfilment`: both twins, killed on the way, run as users do. */

import assert from 'node:assert/strict'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { FulfilmentFigures } from '../../actors/demo/fulfilment-figures.js'
import { live } from '../../actors/demo/fulfilment-life.js'
import { parseOptions } from '../../actors/demo/options.js'
import { calmPlan } from '../../actors/fulfilment/outside/outside-plan.js'
import {
  type DemoRun,
  runDemoProcess,
  runDemoUntilInterrupted,
  runDemoWith,
  temporaryDirectory,
} from './demo-process.js'
import { ordersDirectory, ordersMissing } from './orders-directory.js'

const inline = ['--fulfilment', '--json', '--workers', 'inline']

test('made-up orders come through every kill with their books in order, told either way', async (t) => {
  const run = await runDemoProcess(t, [...inline, '--count', '120', '--seed', '3'])

  const figures = assertHeld(run, 120)
  for (const { compensated } of Object.values(figures.twins)) {
    assert.deepEqual(Object.keys(compensated), ['CARD_DECLINED', 'OUT_OF_STOCK', 'PARCEL_LOST'])
  }
  assert.deepEqual(run.leftBehind, [])
})

test('real orders do too, on worker threads', { skip: ordersMissing }, async (t) => {
  const orders = await firstRealOrders(t, 60)

  const run = await runDemoProcess(t, ['--fulfilment', '--json', '--orders', orders])

  assertHeld(run, 60)
})

test('what did not hold is said with whom, ends with exit code 1, and keeps the logs', async (t) => {
  const breaking = new URL('./leave-saga-behind.js', import.meta.url)

  const run = await runDemoWith(t, breaking, [
    '--fulfilment',
    '--count',
    '3',
    '--workers',
    'inline',
  ])

  assert.equal(run.code, 1, run.stderr)
  assert.match(run.stdout, /NOT TRUE: stock received = .*\n.* choreographed: 1, such as product-1 /)
  assert.match(
    run.stdout,
    /NOT TRUE: no saga is left behind .*\n.* choreographed .*\n.* orchestrated /,
  )
  assert.match(run.stderr, /kept for a look: the logs in .*\n$/)
  assert.equal(run.leftBehind.length, 1)
})

test('interrupted, it leaves neither a process nor data', { timeout: 60_000 }, async (t) => {
  const run = await runDemoUntilInterrupted(t, [...inline, '--count', '8000'])

  assert.equal(run.code, 130, run.stderr)
  assert.match(run.stderr, /interrupted; nothing is left running, and the data is removed\n$/)
  assert.deepEqual([run.stdout, run.leftBehind], ['', []])
})

test('its children end with it, however it ends', { timeout: 60_000 }, async (t) => {
  const run = await runDemoUntilInterrupted(t, [...inline, '--count', '8000'], 'SIGKILL')

  assert.equal(run.signal, 'SIGKILL')
  assert.equal(run.stdout, '')
})

test('a child that cannot go on says why', async () => {
  const job = {
    twin: 'orchestrated',
    directory: fileURLToPath(import.meta.url),
    plan: calmPlan,
    options: parseOptions(['--fulfilment', '--count', '1', '--workers', 'inline']),
    eventsMax: null,
  } as const
  const watcher = { onOpened: () => {}, onEvents: () => {} }

  await assert.rejects(live(job, watcher, new AbortController().signal), {
    name: 'ChildEndedError',
    message: /^expected the orchestrated twin to go on, found .*fulfilment-demo\.test\.js/,
  })
})

/** Every order ended, in both twins, though both were killed; and all proofs hold. */
function assertHeld(run: DemoRun, count: number): FulfilmentFigures {
  assert.equal(run.code, 0, run.stderr)
  const figures = JSON.parse(run.stdout) as FulfilmentFigures
  assert.ok(figures.held)
  // Baskets without lines are no orders.
  assert.ok(figures.orders > count * 0.9 && figures.orders <= count, `${figures.orders}`)
  for (const twin of Object.values(figures.twins)) {
    const takenBack = Object.values(twin.compensated).reduce((sum, each) => sum + each, 0)
    assert.equal(twin.delivered + takenBack, figures.orders)
    assert.deepEqual([twin.kills, twin.soundAfterKills], [3, 3])
  }
  assert.equal(run.stderr.match(/killed at .*; opened again: books hold/g)?.length, 6)
  return figures
}

/** A directory with the first of the real orders. */
async function firstRealOrders(t: TestContext, count: number): Promise<string> {
  const directory = await temporaryDirectory(t)
  for (const name of ['order_items.csv', 'order_payments.csv']) {
    await copyFile(join(ordersDirectory, name), join(directory, name))
  }
  const orders = await readFile(join(ordersDirectory, 'orders.csv'), 'utf8')
  const lines = orders.split('\n').slice(0, count + 1)
  await writeFile(join(directory, 'orders.csv'), `${lines.join('\n')}\n`)
  return directory
}
