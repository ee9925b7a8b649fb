/** The demo as users run it: exact figures, clean output, clear answers to wrong command lines. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runDomain } from '../../actors/demo/domain-run.js'
import { countByName, type DemoFigures } from '../../actors/demo/figures.js'
import { generateOrders } from '../../actors/demo/generated-orders.js'
import {
  figuresOf,
  runDemoProcess,
  runDemoUntilInterrupted,
  temporaryDirectory,
} from './demo-process.js'
import { ordersDirectory, ordersMissing } from './orders-directory.js'

test('made-up orders come to what the domain says, with every fault dealt with', async (t) => {
  const outcomes = runDomain(generateOrders(400, 7))
  const events = outcomes.flatMap((outcome) => outcome.events)

  const run = await runDemoProcess(t, ['--count=400', '--seed=7', '--faults=0.1', '--json'])

  const figures = figuresOf(run)
  assert.equal(figures.commands, outcomes.length)
  assert.equal(figures.events, events.length)
  assert.deepEqual(figures.rejected, countByName(outcomes.flatMap(({ refusal }) => refusal ?? [])))
  assert.deepEqual(figures.eventsByType, countByName(events.map((event) => event.type)))
  assert.equal(figures.recovered, true)
  assert.equal(figures.rebuiltEqual, true)
  assertFaultsDealtWith(figures, events.length)
})

/** At this size two orders are undeliverable and two broken. */
function assertFaultsDealtWith({ handlers }: DemoFigures, events: number): void {
  const { analytics, 'order-confirmation': mail, 'shipping-request': shipping } = handlers
  assert.equal(analytics?.handled, events)
  assert.deepEqual([analytics?.parked, analytics?.redriven, analytics?.discarded], [0, 2, 0])
  assert.deepEqual([mail?.parked, mail?.redriven, mail?.discarded], [1, 2, 1])
  assert.deepEqual([shipping?.parked, shipping?.redriven, shipping?.discarded], [0, 0, 0])
  assert.ok(analytics!.retried > events * 0.05)
}

test('--json prints exactly the named fields on stdout, and the story goes to stderr', async (t) => {
  const run = await runDemoProcess(t, ['--count', '20', '--json', '--workers', 'inline'])

  assert.deepEqual(Object.keys(figuresOf(run)), [
    'commands',
    'events',
    'rejected',
    'eventsByType',
    'ordersByStatus',
    'revenueCentsByMonth',
    'handlers',
    'recovered',
    'rebuiltEqual',
    'seconds',
    'commandsPerSecond',
  ])
  assert.equal(run.stdout.trimEnd().split('\n').length, 1)
  for (const part of ['commands/s', 'view lag', 'parked', 'redriving', 'discarded']) {
    assert.ok(run.stderr.includes(part), part)
  }
})

test('without --json the summary is printed, and nothing is left behind', async (t) => {
  const run = await runDemoProcess(t, ['--count', '20', '--faults', '0', '--workers', '1'])

  assert.equal(run.code, 0, run.stderr)
  assert.ok(run.stdout.includes('durable commands/s'), run.stdout)
  assert.deepEqual(run.leftBehind, [])
})

test('a directory that was run to its end can be run again, with the same figures', async (t) => {
  const directory = await temporaryDirectory(t)
  const args = ['--count', '50', '--json', '--workers', 'inline', '--data', directory]
  const first = figuresOf(await runDemoProcess(t, args))

  const second = figuresOf(await runDemoProcess(t, args))

  assert.deepEqual(lasting(second), lasting(first))
})

test('an interrupted demo closes its directory, and goes on when started again', async (t) => {
  const directory = await temporaryDirectory(t)
  const args = ['--count', '8000', '--workers', 'inline', '--data', directory, '--json']

  const interrupted = await runDemoUntilInterrupted(t, args)
  const resumed = await runDemoProcess(t, args)

  assert.equal(interrupted.code, 130, interrupted.stderr)
  assert.match(
    interrupted.stderr,
    /interrupted; the data directory is closed: the same command goes on with it\n$/,
  )
  assert.match(resumed.stderr, /going on: /)
  assert.equal(figuresOf(resumed).commands, generateOrders(8_000, 1).length)
})

test("another run's directory is refused, in one line", async (t) => {
  const directory = await temporaryDirectory(t)
  const args = ['--count', '5', '--workers', 'inline', '--data', directory]
  await runDemoProcess(t, [...args, '--seed', '1'])

  const run = await runDemoProcess(t, [...args, '--seed', '2'])

  assert.equal(run.code, 2)
  assert.match(run.stderr, /demo: expected a directory of these orders, found the command 'made-1-/)
})

test('a wrong command line gets one line and exit code 2', async (t) => {
  const unknown = await runDemoProcess(t, ['--colour', 'red'])
  const missing = await runDemoProcess(t, ['--orders', '/nowhere'])
  const file = await runDemoProcess(t, ['--data', fileURLToPath(import.meta.url)])

  assert.deepEqual([unknown.code, unknown.stdout], [2, ''])
  assert.equal(unknown.stderr, "demo: Unknown option '--colour' (see --help)\n")
  assert.deepEqual([missing.code, missing.stdout], [2, ''])
  assert.match(file.stderr, /^demo: expected --data to be a directory, found EEXIST .*\n$/)
  assert.deepEqual([file.code, file.stdout], [2, ''])
  assert.match(missing.stderr, /^demo: expected a readable file \/nowhere\/.*found ENOENT\n$/)
})

test('--help names the options', async (t) => {
  const run = await runDemoProcess(t, ['--help'])

  assert.equal(run.code, 0)
  assert.match(run.stdout, /--orders DIR/)
})

for (const workers of ['2', '1', 'inline']) {
  test(`the real orders come to the known figures with workers: ${workers}`, {
    skip: ordersMissing,
  }, async (t) => {
    const args = ['--orders', ordersDirectory, '--json', '--workers', workers]

    assertRealFigures(t, figuresOf(await runDemoProcess(t, args)))
  })
}

function assertRealFigures(t: TestContext, figures: DemoFigures): void {
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, each) => total + each, 0)
  assert.equal(figures.commands, 19_819)
  assert.equal(figures.events, 19_507)
  assert.equal(sum(figures.rejected), 312)
  assert.equal(sum(figures.revenueCentsByMonth), 78_217_549)
  assert.deepEqual(figures.ordersByStatus, {
    cancelled: 12,
    delivered: 4_762,
    paid: 105,
    pending: 24,
    shipped: 63,
  })
  assert.deepEqual([figures.recovered, figures.rebuiltEqual], [true, true])
  t.diagnostic(`${Math.round(figures.commandsPerSecond)} commands/s`)
}

/** What does not depend on the moment. */
function lasting(figures: DemoFigures): Partial<DemoFigures> {
  const { handlers: _handlers, seconds: _seconds, commandsPerSecond: _pace, ...rest } = figures
  return rest
}
