/** Operators who act while the key of a halted instance is about to be parked. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import { onEnd } from '../support/scope.js'
import { Account, Room, Trip } from './travel.js'
import { Gate, Passing } from './trip-sagas.js'

const app = defineApp({ actors: [Trip, Room, Account, Gate], sagas: [Passing] })
/** Turns of the event loop after the halt, by the end of which the key is parked. */
const turnsMax = 12

test('an instance goes on however soon after its halt an operator acts', async (t) => {
  for (let turns = 0; turns <= turnsMax; turns++) {
    const runtime = await openRuntime({ app })
    onEnd(t, () => runtime.close())
    const saga = runtime.saga(Passing, 't1')
    const halted = new Promise((resolve) => {
      runtime.bus.subscribe('Passing.Halted', resolve)
    })
    await runtime.actor(Trip, 't1').send('ask', { rooms: ['r1'], cents: 100 })
    await halted

    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    await saga.skip()

    assert.equal(await saga.ended(), 'completed', `${turns} turns after the halt`)
    await runtime.close()
  }
})
