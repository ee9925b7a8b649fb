/** Branches: steps at the same time, races, and one way or the other. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { Outside, untilAborted } from './outside.js'
import { Account, Room, Trip } from './travel.js'
import { atRest, charging, giving, openTrips, type TripState, taking, tripSaga } from './trips.js'

const same = (state: TripState) => state

describe('all', () => {
  test('goes on when all of its branches have ended, each in its own order', async (t) => {
    const saga = tripSaga(({ step, all }) => [
      all('both', [
        [step('pay', { until: { TripPaid: same } }), step('charge', charging)],
        [step('take', taking('r1')), step('more', taking('r2'))],
        [],
      ]),
      step('end', {
        send: (_state, { send, sagaId }) => send(Trip, sagaId, 'end', { how: 'done' }),
      }),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await ask('t1')
    await atRest()
    const meanwhile = await outcomes('t1')

    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })

    assert.deepEqual(meanwhile, ['pay running', 'take completed', 'more completed'])
    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual((await outcomes('t1')).slice(-2), ['charge completed', 'end completed'])
  })

  test('ends its other branches when one fails: those that wait at once, those under way when they answer', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const answer = createDeferred()
    const saga = tripSaga(({ step, all }) =>
      all('both', [
        step('call', {
          call: async (_state, context) => {
            outside.note(context)
            await answer.promise
          },
          timeoutMs: 3_600_000,
          compensate: { call: (_state, context) => outside.note(context) },
        }),
        step('wait', { until: { TripEnded: same } }),
        [step('take', taking('r1')), step('later', { until: { TripEnded: same } })],
        [step('pay', { until: { TripPaid: same } }), step('charge', charging), step('no', {})],
      ]),
    )
    const { runtime, ask, ended, outcomes, pass } = await openTrips(t, saga, clock)
    await ask('t1', { cents: 2_000 })
    await pass(outside.called('call'))
    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })
    await atRest()
    const { status, openSteps } = await runtime.saga(saga, 't1').status()
    assert.ok(outside.calls[0]!.signal.aborted)

    answer.resolve()

    assert.equal(status, 'compensating')
    assert.deepEqual(
      openSteps.map(({ step }) => step),
      ['call'],
    )
    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(await outcomes('t1'), [
      ...['call cancelled', 'wait cancelled', 'take completed', 'pay completed'],
      ...['later cancelled', 'charge failed', 'call/undo completed', 'take/undo completed'],
    ])
  })
})

describe('first', () => {
  test('goes on with the branch that is done first, with the others ended and taken back', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step, first }) => [
      first('race', [
        [step('take', taking('r1')), step('wait', { until: { TripEnded: same } })],
        step('call', {
          call: async (_state, context) => {
            outside.note(context)
            await untilAborted(context.signal)
          },
          timeoutMs: 3_600_000,
          compensate: { call: (_state, context) => outside.note(context), when: 'attempted' },
        }),
        step('pay', { until: { TripPaid: same } }),
        [step('slow', { until: { TripEnded: same }, withinMs: 60_000 })],
      ]),
      step('charge', charging),
    ])
    const { runtime, ask, ended, outcomes, pass } = await openTrips(t, saga, clock)
    await ask('t1')
    await pass(outside.called('call'))

    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), [
      ...['take completed', 'call cancelled', 'pay completed', 'slow cancelled', 'wait cancelled'],
      ...['call/undo completed', 'take/undo completed', 'charge completed'],
    ])
    assert.match(outside.calls[0]!.signal.reason.message, /lost/)
    assert.deepEqual(await runtime.actor(Room, 'r1').state(), { takenBy: null })
    assert.equal(runtime.status().timers.pending, 0)
  })

  test('fails when all of its branches have failed, with the last cause', async (t) => {
    const saga = tripSaga(({ step, first, fail }) => [
      first('race', [
        [step('pay', { until: { TripPaid: same } }), step('charge', charging)],
        fail('no', 'NEVER'),
        [step('take', taking('r1')), fail('neither', 'NEITHER')],
      ]),
      step('never'),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await ask('t1', { cents: 2_000 })
    await atRest()
    assert.equal((await runtime.saga(saga, 't1').status()).status, 'running')

    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })

    assert.equal(await ended('t1'), 'compensated')
    const { cause } = await runtime.saga(saga, 't1').status()
    assert.equal(cause!.step, 'neither')
    assert.deepEqual(await outcomes('t1'), [
      ...['pay completed', 'take completed', 'charge failed', 'take/undo completed'],
    ])
  })

  test('is won at once by a branch with nothing to do', async (t) => {
    const saga = tripSaga(({ step, first }) => [
      first('race', [step('take', taking('r1')), [], step('more', taking('r2'))]),
      step('charge', charging),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1')

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), ['charge completed'])
    assert.deepEqual(await runtime.actor(Room, 'r1').state(), { takenBy: null })
  })

  test('ends what is open of a branch that has failed, while the others go on', async (t) => {
    const saga = tripSaga(({ step, all, first }) => [
      first('race', [
        all('both', [
          [step('take', taking('r1')), step('then', taking('r2'))],
          step('charge', charging),
          step('wait', { until: { TripEnded: same } }),
        ]),
        step('pay', { until: { TripPaid: same } }),
      ]),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await ask('t1', { cents: 2_000 })
    await atRest()
    const meanwhile = await outcomes('t1')

    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })

    assert.deepEqual(meanwhile, [
      ...['take completed', 'charge failed', 'wait cancelled', 'pay running'],
    ])
    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await runtime.actor(Room, 'r1').state(), { takenBy: null })
  })

  test('halts where what a branch has done cannot be taken back, and goes on when that is skipped', async (t) => {
    const saga = tripSaga(({ step, first }) => [
      first('race', [
        [
          step('take', {
            ...taking('r1'),
            compensate: { ...giving('r9'), retry: { attemptsMax: 1 } },
          }),
          step('wait', { until: { TripEnded: same } }),
        ],
        step('pay', { until: { TripPaid: same } }),
      ]),
      step('charge', charging),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga)
    await ask('t1')
    await atRest()
    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })
    await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED', step: 'take/undo' })

    await runtime.saga(saga, 't1').skip()

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await runtime.actor(Account, 't1').state(), { cents: 100 })
  })

  test('is taken back as a whole when it is cancelled while what it lost cannot be taken back', async (t) => {
    const saga = tripSaga(({ step, first }) => [
      step('charge', charging),
      first('race', [
        [
          step('take', {
            ...taking('r1'),
            compensate: { ...giving('r9'), retry: { attemptsMax: 1 } },
          }),
          step('wait', { until: { TripEnded: same } }),
        ],
        step('pay', { until: { TripPaid: same } }),
      ]),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga)
    await ask('t1')
    await atRest()
    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })
    await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED', step: 'take/undo' })

    await runtime.saga(saga, 't1').cancel({ reason: 'enough' })

    assert.equal(await ended('t1'), 'cancelled')
    const { notUndone } = await runtime.saga(saga, 't1').status()
    assert.deepEqual(
      notUndone.map(({ step }) => step),
      ['take'],
    )
    assert.deepEqual(await runtime.actor(Account, 't1').state(), { cents: 0 })
  })
})

describe('when', () => {
  test('goes the way that its test says, and asks once', async (t) => {
    const asked: string[] = []
    const saga = tripSaga(({ step, when }) => [
      when(
        'isDear',
        ({ cents }, { sagaId }) => {
          asked.push(sagaId)
          return cents > 50
        },
        [step('wait', { until: { TripPaid: (state) => ({ ...state, cents: 0 }) } }), step('dear')],
        step('cheap'),
      ),
      when('isNothing', () => false, step('never')),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)

    await ask('dear', { cents: 51 })
    await ask('cheap', { cents: 50 })
    await runtime.actor(Trip, 'dear').send('pay', { cents: 1 })

    assert.equal(await ended('cheap'), 'completed')
    assert.equal(await ended('dear'), 'completed')
    assert.deepEqual(await outcomes('cheap'), ['cheap completed'])
    assert.deepEqual(await outcomes('dear'), ['wait completed', 'dear completed'])
    assert.deepEqual(asked, ['dear', 'cheap'])
  })
})
