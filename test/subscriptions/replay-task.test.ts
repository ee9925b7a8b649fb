/** A replay on its thread. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Flight } from '../../src/subscriptions/flight.js'
import { RemoteHost } from '../../src/subscriptions/remote-host.js'
import { ReplayTask } from '../../src/subscriptions/replay-task.js'
import { Books } from './books.js'
import { until } from './until.js'

test('a log that can no longer be read when a retry is due ends the replay', async () => {
  let tried = 0
  const books = await Books.open({
    ids: ['a'],
    retry: { attemptsMax: 3, retriesAtOnce: 0, delayMs: 1_000 },
    handle: () => {
      tried += 1
      throw new Error('busy')
    },
  })
  const { definition, events, log, clock, random } = books
  const told: unknown[] = []
  const task = new ReplayTask(
    { definition, events, log, clock, random, host: new RemoteHost(() => {}) },
    {
      task: 'replay',
      handler: 'h',
      lines: [[{ position: 1, key: 'Counter-a', slot: 0 }]],
      flight: Flight.allocate(1),
    },
    (message) => told.push(message),
  )
  const running = task.run()
  await until('it waits for its retry', () => tried === 1 && clock.pending === 1)

  await log.close()
  clock.advance(1_000)

  await assert.rejects(running, { code: 'DRAMATIS_STORE_STOPPED' })
  assert.deepEqual([tried, told], [1, []])
})
