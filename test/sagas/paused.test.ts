/** Sagas that are paused, and sagas that there are none of. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AnySaga } from '../../src/define/saga/saga.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { onEnd } from '../support/scope.js'
import { heard, openTalks, talkApp, talkSaga, talksOf } from './talks.js'
import { passTime } from './trips.js'

const undoable = talkSaga({
  steps: ({ step }) => [
    step('one', { compensate: { call: () => null } }),
    step('two', { until: { WordSaid: (state) => state } }),
  ],
})

describe('a saga that is paused', () => {
  test('takes in and carries out nothing until it is resumed, also after a restart', async (t) => {
    const disk = new SimulatedDisk()
    const saga = talkSaga({ opened: (_state, _event, tools) => heard(tools, 'opened') })
    const app = talkApp(saga)
    const first = await disk.openRuntime({ app })
    await first.saga(saga).pause()
    await talksOf(first, saga, disk.clock).open('x')
    await passTime(disk.clock, first.close())

    const second = await disk.openRuntime({ app })
    onEnd(t, () => passTime(disk.clock, second.close()))
    const talks = talksOf(second, saga, disk.clock)
    await talks.rest()
    assert.equal(second.saga(saga).status().state, 'paused')
    assert.equal(await talks.saga('x').state(), undefined)
    await second.saga(saga).resume()
    await talks.rest()

    assert.deepEqual(await talks.hears('x'), ['opened'])
  })

  test('records what operators do, and carries it out when it is resumed', async (t) => {
    const talks = await openTalks(t, undoable)
    await talks.open('x')
    await talks.runtime.saga(undoable).pause()

    await talks.saga('x').cancel({ reason: 'enough' })
    await talks.rest()
    assert.equal((await talks.saga('x').status()).status, 'compensating')
    await talks.runtime.saga(undoable).resume()
    await talks.rest()

    assert.equal((await talks.saga('x').status()).status, 'cancelled')
  })
})

describe('a saga that the app has not', () => {
  const stranger = talkSaga({ said: () => [] })

  test('is refused by name', async (t) => {
    const { runtime } = await openTalks(t, undoable)
    const other = { ...stranger, name: 'Whispering' } as AnySaga
    const refusal = {
      code: 'DRAMATIS_INVALID_ARGUMENT',
      message: /a saga of the app \(Talking\).*Whispering/,
    }

    assert.throws(() => runtime.saga(other), refusal)
    assert.throws(() => runtime.saga(other, 'x'), refusal)
    assert.throws(() => runtime.saga(undefined as never, 'x'), { code: refusal.code })
  })

  test('nor has it instances of ids that none can have', async (t) => {
    const { runtime } = await openTalks(t, undoable)

    for (const id of ['', 'x'.repeat(513), 7, null]) {
      assert.throws(() => runtime.saga(undoable, id as never), { code: 'DRAMATIS_INVALID_ID' })
    }
  })
})
