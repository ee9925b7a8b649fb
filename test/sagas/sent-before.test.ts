/**
 * Commands of steps that come again later than their actor remembers them.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { Account, Trip } from './travel.js'

const parts = ['a', 'b', 'c', 'd', 'e', 'f']

/** Charges one account for each part of a trip, all at the same time. */
const Charging = defineSaga('Charging', {
  from: [Trip],
  startOn: 'TripAsked',
  state: ({ data }) => ({ parts: data.rooms }),
  steps: ({ each }) => [
    each(
      'parts',
      (state) => state.parts,
      ({ step }) =>
        step('charge', {
          send: (_state, { send }) => send(Account, 'all', 'charge', { cents: 1 }),
        }),
      { parallelMax: parts.length },
    ),
  ],
})
const app = defineApp({ actors: [Trip, Account], sagas: [Charging] })

async function travel(runtime: Runtime): Promise<void> {
  const command = { rooms: parts, cents: 0 }
  await runtime.actor(Trip, 't1').send('ask', command, { commandId: 'ask' })
  assert.equal(await runtime.saga(Charging, 't1').ended({ timeoutMs: 3_600_000 }), 'completed')
}

for (const inFlight of ['lost', 'kept'] as const) {
  test(`commands to an actor that remembers two act once, whatever crashes (${inFlight})`, async () => {
    const options = { app, limits: { commandWindowEvents: 2 } }
    for (let write = 1, end = 'crashed'; end === 'crashed'; write++) {
      const disk = new SimulatedDisk()

      disk.crashAfter(write, inFlight)
      end = await disk.live(options, travel)
      if (end === 'crashed') await disk.live(options, travel)

      await disk.live(options, async (runtime) => {
        const state = await runtime.actor(Account, 'all').state()
        assert.deepEqual(state, { cents: parts.length }, `write ${write}`)
      })
    }
  })
}
