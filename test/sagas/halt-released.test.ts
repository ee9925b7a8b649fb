/**
 * What operators do to an instance that halts: it goes on, whenever its key is parked, and whatever crashes.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { onEnd } from '../support/scope.js'
import { Trip } from './travel.js'

const Calling = defineSaga('Calling', {
  from: [Trip],
  startOn: 'TripAsked',
  state: () => null,
  steps: ({ step }) => [
    step('done', { call: () => null, compensate: { call: () => null } }),
    step('call', {
      call: () => {
        throw new Error('no answer')
      },
      retry: { attemptsMax: 1 },
      whenExhausted: 'park',
    }),
  ],
})
const app = defineApp({ actors: [Trip], sagas: [Calling] })

async function ask(runtime: Runtime): Promise<void> {
  const command = { rooms: [], cents: 0 }
  await runtime.actor(Trip, 't1').send('ask', command, { commandId: 'ask' })
  await assert.rejects(runtime.saga(Calling, 't1').ended(), { code: 'DRAMATIS_SAGA_HALTED' })
}

test('an instance that is cancelled as soon as it has halted goes on, though its key is parked later', async (t) => {
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())

  await ask(runtime)
  await runtime.saga(Calling, 't1').cancel({ reason: 'enough' })

  assert.equal(await runtime.saga(Calling, 't1').ended(), 'cancelled')
})

test('an instance that was cancelled goes on after a crash at any write', async () => {
  for (let write = 1, end = 'crashed'; end === 'crashed'; write++) {
    const disk = new SimulatedDisk()
    await disk.live({ app }, async (runtime) => {
      await ask(runtime)
      await runtime.caughtUp(runtime.log.head, { handler: 'Calling' })
    })

    disk.crashAfter(write)
    end = await disk.live({ app }, (runtime) =>
      runtime.saga(Calling, 't1').cancel({ reason: 'enough' }),
    )

    await disk.live({ app }, async (runtime) => {
      const instance = runtime.saga(Calling, 't1')
      const { halted } = await instance.status()
      if (halted.length > 0) await instance.cancel({ reason: 'enough' })
      assert.equal(await instance.ended(), 'cancelled')
    })
  }
})
