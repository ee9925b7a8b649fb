/**
 * Orchestrated sagas, end to end in memory.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { onEnd, type Scope } from '../support/scope.js'
import { Account, Room, Trip } from './travel.js'
import { Booking } from './trip-sagas.js'

async function open(t: Scope): Promise<Runtime> {
  const app = defineApp({ actors: [Trip, Room, Account], sagas: [Booking] })
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  return runtime
}

describe('an orchestrated saga', () => {
  test('completes when all of its steps have', async (t) => {
    const runtime = await open(t)

    await runtime.actor(Trip, 't1').send('ask', { rooms: ['r1', 'r2'], cents: 100 })

    assert.equal(await runtime.saga(Booking, 't1').ended(), 'completed')
    assert.deepEqual(await runtime.actor(Trip, 't1').state(), { status: 'booked' })
    assert.deepEqual(await runtime.actor(Room, 'r2').state(), { takenBy: 't1' })
    assert.deepEqual(await runtime.actor(Account, 't1').state(), { cents: 100 })
  })

  test('takes back what it did when a step fails', async (t) => {
    const runtime = await open(t)

    await runtime.actor(Trip, 't1').send('ask', { rooms: ['r1', 'r2'], cents: 2_000 })

    assert.equal(await runtime.saga(Booking, 't1').ended(), 'compensated')
    assert.deepEqual(await runtime.actor(Room, 'r1').state(), { takenBy: null })
    assert.deepEqual(await runtime.actor(Room, 'r2').state(), { takenBy: null })
    const timeline = await runtime.saga(Booking, 't1').timeline()
    assert.deepEqual(
      timeline.map(({ step, outcome }) => [step, outcome]),
      [
        ['take[0]', 'completed'],
        ['take[1]', 'completed'],
        ['charge', 'failed'],
        ['take[1]/undo', 'completed'],
        ['take[0]/undo', 'completed'],
      ],
    )
  })
})
