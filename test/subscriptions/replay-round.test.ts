/** A round of a replay: how its threads may end, and what that means for its events. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/base/clock.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { defineHandler } from '../../src/index.js'
import type { RunTask, TaskPool } from '../../src/pool/contracts.js'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { openPiscinaPool } from '../../src/pool/piscina-pool.js'
import { Flight } from '../../src/subscriptions/flight.js'
import type { ReplayRequest } from '../../src/subscriptions/replay-messages.js'
import { ReplayRound } from '../../src/subscriptions/replay-round.js'
import { onEnd } from '../support/scope.js'
import { until } from './until.js'
import { Counter } from './workplace.js'

const definition = defineHandler('h', { from: [Counter], on: { Added: () => {} } })
const never = new Promise<never>(() => {})

/** A round of two events, of the keys `a` and `b` of one partition. */
function openRound(pool: TaskPool, answer: () => Promise<unknown> = async () => null) {
  const clock = new ManualClock()
  const handled: number[] = []
  const failures: unknown[] = []
  const round = new ReplayRound(
    {
      definition,
      pool,
      clock,
      answer,
      onHandled: ({ position }) => handled.push(position),
      onFailed: ({ position }, attempts, error) => {
        failures.push([position, attempts, error.code, error.message])
      },
    },
    [
      { position: 1, key: 'a', partition: 0 },
      { position: 2, key: 'b', partition: 0 },
    ],
  )
  return { round, clock, handled, failures }
}

function inline(runTask: RunTask): TaskPool {
  return createInlinePool(runTask)
}

test('what a thread fails with ends the round', async () => {
  const pool = inline(async () => {
    throw Object.assign(new Error('no log'), { code: 'NO_LOG' })
  })
  const { round } = openRound(pool)

  await assert.rejects(round.run(), { code: 'NO_LOG', message: 'no log' })

  assert.equal(round.firstOpen, 1)
})

test('an event that is told of twice is handled once', async () => {
  const { round, handled } = openRound(
    inline(async (_request, channel) => {
      for (const position of [1, 1, 2, 1]) channel.post({ type: 'replayed', position })
    }),
  )

  await round.run()

  assert.deepEqual(handled, [1, 2])
})

test('an event that was told of before its thread died has not failed', async () => {
  const { round, handled, failures } = openRound(
    inline(async (request, channel) => {
      const { lines, flight } = request as ReplayRequest
      for (const { slot, position } of lines.flat()) {
        new Flight(flight).begin(slot, position)
        channel.post({ type: 'replayed', position })
      }
      await never
    }),
  )

  const running = round.run()
  await until('both are handled', () => handled.length === 2)
  round.terminate('it died')
  await running

  assert.deepEqual([handled, failures], [[1, 2], []])
})

test('threads that die without an event end the round, but not the first', async () => {
  let begun = 0
  const { round, failures } = openRound(
    inline(async () => {
      begun += 1
      queueMicrotask(() => round.terminate('it died'))
      await never
    }),
  )

  await assert.rejects(round.run(), /it died/)

  assert.deepEqual([begun, failures], [3, []])
})

test('a thread that hangs at an event is ended, and so often that it is the event', async (t) => {
  const module = new URL('./apps/hanging.js', import.meta.url).href
  const pool = openPiscinaPool({ threads: 1, module, options: null, clock: systemClock })
  onEnd(t, () => pool.close())
  let begun = 0
  const { round, clock, failures } = openRound(pool, async () => {
    begun += 1
    if (begun > 3) round.stop()
    queueMicrotask(() => clock.advance(60_000))
    return true
  })

  await round.run()

  const message = failures.map((each) => (each as readonly unknown[])[3])
  assert.deepEqual(failures, [[1, 3, 'DRAMATIS_WORKER_CRASH', message[0]]])
  assert.match(String(message[0]), /hung at position 1/)
})
