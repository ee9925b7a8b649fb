/** The demo killed in the middle of things and started again: events and views come out the same. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '../../actors/chance.js'
import { runDomain } from '../../actors/demo/domain-run.js'
import { countByName } from '../../actors/demo/figures.js'
import { generateOrders } from '../../actors/demo/generated-orders.js'
import {
  figuresOf,
  runDemoProcess,
  runDemoUntilKilled,
  temporaryDirectory,
} from './demo-process.js'
import { ordersDirectory, ordersMissing } from './orders-directory.js'

/** Another seed makes other moments: DRAMATIS_TEST_SEED=2 npm test -- demo-crash */
const seed = Number(process.env.DRAMATIS_TEST_SEED ?? 1)

test(`killed at several moments in a row, a run comes out right (seed ${seed})`, async (t) => {
  const dice = createDice(seed, 'moments')
  const args = ['--count', '300', '--json', '--data', await temporaryDirectory(t)]
  const outcomes = runDomain(generateOrders(300, 1))
  const events = outcomes.flatMap((outcome) => outcome.events)

  for (let kills = 0; kills < 4; kills++) {
    await runDemoUntilKilled(t, args, dice.integer(1, 500))
  }
  const figures = figuresOf(await runDemoProcess(t, args))

  assert.equal(figures.events, events.length)
  assert.deepEqual(figures.eventsByType, countByName(events.map((event) => event.type)))
  assert.deepEqual(figures.rejected, countByName(outcomes.flatMap(({ refusal }) => refusal ?? [])))
  assert.deepEqual([figures.recovered, figures.rebuiltEqual], [true, true])
})

test(`the real orders survive a kill (seed ${seed})`, { skip: ordersMissing }, async (t) => {
  const occurrences = createDice(seed, 'real').integer(1, 19_000)
  const args = ['--orders', ordersDirectory, '--json', '--data', await temporaryDirectory(t)]

  const killed = await runDemoUntilKilled(t, args, occurrences)
  const figures = figuresOf(await runDemoProcess(t, args))

  assert.equal(killed.signal, 'SIGKILL', killed.stderr)
  assert.equal(figures.events, 19_507)
  const cents = Object.values(figures.revenueCentsByMonth)
  assert.equal(
    cents.reduce((sum, each) => sum + each, 0),
    78_217_549,
  )
  assert.equal(figures.ordersByStatus.delivered, 4_762)
  assert.deepEqual([figures.recovered, figures.rebuiltEqual], [true, true])
})
