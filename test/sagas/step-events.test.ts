/** Steps that wait for events: which one ends them, and what becomes of those that came early. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Account, Trip } from './travel.js'
import { atRest, charging, openTrips, type TripState, taking, tripSaga } from './trips.js'

const paid = (state: TripState, event: { readonly data: { readonly cents: number } }) => ({
  ...state,
  notes: [...state.notes, `paid ${event.data.cents}`],
})

describe('a step that waits for an event', () => {
  test('goes on with the state that it makes of the event', async (t) => {
    const saga = tripSaga(({ step }) => [step('pay', { until: { TripPaid: paid } })])
    const { runtime, ask, ended } = await openTrips(t, saga)
    await ask('t1')

    await runtime.actor(Trip, 't1').send('pay', { cents: 70 })

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual((await runtime.saga(saga, 't1').state())?.notes, ['paid 70'])
  })

  test('goes on waiting when the event is not the one', async (t) => {
    const saga = tripSaga(({ step }) => [
      step('pay', {
        until: {
          TripPaid: (state, event, { ignore }) =>
            event.data.cents < state.cents ? ignore() : paid(state, event),
        },
      }),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga)
    await ask('t1', { cents: 100 })

    await runtime.actor(Trip, 't1').send('pay', { cents: 70 })
    await runtime.actor(Trip, 't1').send('pay', { cents: 100 })

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual((await runtime.saga(saga, 't1').state())?.notes, ['paid 100'])
  })

  test('fails when the event says so, and what it had sent is not taken back', async (t) => {
    const saga = tripSaga(({ step }) => [
      step('take', taking('r1')),
      step('pay', {
        ...charging,
        until: {
          TripPaid: paid,
          TripEnded: (_state, event, { fail }) => fail('ENDED', event.data.how),
        },
      }),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await ask('t1')

    await runtime.actor(Trip, 't1').send('end', { how: 'called off' })

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(await outcomes('t1'), ['take completed', 'pay failed', 'take/undo completed'])
    assert.deepEqual(await runtime.actor(Account, 't1').state(), { cents: 100 })
  })

  test('does not end before its command has come through', async (t) => {
    const saga = tripSaga(({ step }) => [
      step('charge', {
        send: charging.send,
        retry: { attemptsMax: 9, retriesAtOnce: 0, delayMs: 1_000 },
        until: { TripPaid: paid },
      }),
    ])
    const { runtime, ask, ended, outcomes, pass } = await openTrips(t, saga)
    await ask('t1', { cents: 2_000 })
    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })

    await assert.rejects(pass(runtime.saga(saga, 't1').ended({ timeoutMs: 1_500 })), {
      code: 'DRAMATIS_SAGA_NOT_ENDED',
    })

    assert.equal((await outcomes('t1')).at(-1), 'charge retried')
    assert.equal((await runtime.saga(saga, 't1').status()).kept.length, 1)
    assert.equal(await ended('t1'), 'compensated')
  })

  test('takes an event that came before it began', async (t) => {
    const saga = tripSaga(({ step }) => [
      step('first', { until: { TripEnded: (state) => state } }),
      step('charge', { send: charging.send, until: { TripPaid: paid } }),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga)
    await ask('t1')
    await runtime.actor(Trip, 't1').send('pay', { cents: 5 })
    await atRest()
    const { kept } = await runtime.saga(saga, 't1').status()

    await runtime.actor(Trip, 't1').send('end', { how: 'now' })

    assert.deepEqual(
      kept.map(({ type }) => type),
      ['TripPaid'],
    )
    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual((await runtime.saga(saga, 't1').state())?.notes, ['paid 5'])
    assert.deepEqual((await runtime.saga(saga, 't1').status()).kept, [])
  })

  test('takes events that came early in the order in which they came, one each', async (t) => {
    const saga = tripSaga(({ step }) => [
      step('gate', { until: { TripEnded: (state) => state } }),
      step('one', { until: { TripPaid: paid } }),
      step('two', { until: { TripPaid: paid } }),
      step('three', { until: { TripPaid: paid } }),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga)
    await ask('t1')
    for (const cents of [1, 2]) await runtime.actor(Trip, 't1').send('pay', { cents })
    await runtime.actor(Trip, 't1').send('end', { how: 'now' })
    await atRest()

    await runtime.actor(Trip, 't1').send('pay', { cents: 3 })

    assert.equal(await ended('t1'), 'completed')
    const state = await runtime.saga(saga, 't1').state()
    assert.deepEqual(state?.notes, ['paid 1', 'paid 2', 'paid 3'])
  })

  test('one event ends one step, even when two wait for it', async (t) => {
    const saga = tripSaga(({ step, all }) => [
      all('both', [
        step('one', { until: { TripPaid: paid } }),
        step('two', { until: { TripPaid: paid } }),
      ]),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await ask('t1')

    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })
    await atRest()
    const between = await outcomes('t1')
    await runtime.actor(Trip, 't1').send('pay', { cents: 2 })

    assert.deepEqual(between, ['one completed', 'two running'])
    assert.equal(await ended('t1'), 'completed')
  })
})
