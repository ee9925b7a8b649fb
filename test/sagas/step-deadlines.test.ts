/** The time of a step: over while it waits, between two attempts, and while it is under way. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import type { CallContext } from '../../src/define/saga/steps.js'
import { Outside, untilAborted } from './outside.js'
import { Account, Trip } from './travel.js'
import { atRest, charging, openTrips, type TripState, tripSaga } from './trips.js'

const withinMs = 60_000
const paid = (state: TripState) => ({ ...state, notes: ['paid'] })

describe('a step whose time is over', () => {
  test('fails at that moment while it waits for an event', async (t) => {
    const clock = new ManualClock()
    const saga = tripSaga(({ step }) => step('pay', { until: { TripPaid: paid }, withinMs }))
    const { runtime, ask, ended } = await openTrips(t, saga, clock)
    const beganMs = clock.nowMs()

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.equal(clock.nowMs() - beganMs, withinMs)
    const { cause } = await runtime.saga(saga, 't1').status()
    assert.deepEqual([cause!.step, cause!.error.code], ['pay', 'DRAMATIS_SAGA_STEP_TIMEOUT'])
    const [entry] = await runtime.saga(saga, 't1').timeline()
    assert.deepEqual([entry!.outcome, entry!.durationMs], ['failed', withinMs])
  })

  test('has what its command did taken back', async (t) => {
    const saga = tripSaga(({ step }) =>
      step('charge', { ...charging, until: { TripPaid: paid }, withinMs }),
    )
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(await outcomes('t1'), ['charge failed', 'charge/undo completed'])
    assert.deepEqual(await runtime.actor(Account, 't1').state(), { cents: 0 })
  })

  test('fails at that moment between two attempts', async (t) => {
    const clock = new ManualClock()
    const saga = tripSaga(({ step }) =>
      step('charge', {
        ...charging,
        retry: { attemptsMax: 50, delayMs: 50_000, delayMsMax: 50_000 },
        withinMs,
      }),
    )
    const { runtime, ask, ended } = await openTrips(t, saga, clock)
    const beganMs = clock.nowMs()

    await ask('t1', { cents: 2_000 })

    assert.equal(await ended('t1'), 'compensated')
    assert.equal(clock.nowMs() - beganMs, withinMs)
    assert.equal(runtime.status().timers.pending, 0)
  })

  test('has its call aborted, and ends with what that answers', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: async (_state, context) => {
          outside.note(context)
          await untilAborted(context.signal)
        },
        timeoutMs: 3_600_000,
        withinMs,
        compensate: { call: (_state, context) => outside.note(context) },
      }),
    )
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga, clock)

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(outside.attempts, ['price 1'])
    assert.deepEqual(await outcomes('t1'), ['price failed'])
    assert.match(outside.calls[0]!.signal.reason.message, /timeout/)
    const { cause } = await runtime.saga(saga, 't1').status()
    assert.equal(cause!.error.code, 'DRAMATIS_SAGA_STEP_TIMEOUT')
  })

  test('has a late answer taken back', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const answer = createDeferred<number>()
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: (_state, context) => {
          outside.note(context)
          return answer.promise
        },
        timeoutMs: 3_600_000,
        withinMs,
        onAnswer: (state, cents) => ({ ...state, cents }),
        compensate: { call: (_state, context) => outside.note(context) },
      }),
    )
    const { runtime, ask, ended, outcomes, pass } = await openTrips(t, saga, clock)
    await ask('t1', { cents: 3 })
    await pass(outside.called('price'))
    clock.advance(withinMs)
    await atRest()
    const meanwhile = await runtime.saga(saga, 't1').status()

    answer.resolve(7)

    assert.deepEqual(
      meanwhile.openSteps.map(({ step, status }) => [step, status]),
      [['price', 'calling']],
    )
    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(await outcomes('t1'), ['price failed', 'price/undo completed'])
    assert.equal((await runtime.saga(saga, 't1').state())!.cents, 3)
  })

  test('is not counted from anew by a further attempt', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: (_state, context) => {
          outside.note(context)
          throw new Error('busy')
        },
        retry: { attemptsMax: 100, delayMs: 10_000, delayMsMax: 10_000 },
        withinMs,
      }),
    )
    const { ask, ended } = await openTrips(t, saga, clock)
    const beganMs = clock.nowMs()

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.equal(clock.nowMs() - beganMs, withinMs)
    assert.ok(outside.calls.length > 5)
  })
})

test('a call that failed and was not tried again in time may have acted, and is taken back if asked to be', async (t) => {
  const clock = new ManualClock()
  const outside = new Outside(clock)
  const busy = {
    call: (): void => {
      throw new Error('busy')
    },
    retry: { attemptsMax: 9, retriesAtOnce: 0, delayMs: 3_600_000, delayMsMax: 3_600_000 },
    withinMs,
  }
  const undo = {
    call: (_state: unknown, context: CallContext<unknown>): void => outside.note(context),
  }
  const saga = tripSaga(({ step, all }) =>
    all('both', [
      step('asked', { ...busy, compensate: { ...undo, when: 'attempted' } }),
      step('notAsked', { ...busy, compensate: undo }),
    ]),
  )
  const { ask, ended } = await openTrips(t, saga, clock)

  await ask('t1')

  assert.equal(await ended('t1'), 'compensated')
  assert.deepEqual(outside.attempts, ['asked/undo 1'])
})

test('a step that ends in time leaves no timer', async (t) => {
  const saga = tripSaga(({ step }) => [
    step('pay', { until: { TripPaid: paid }, withinMs }),
    step('end', { until: { TripEnded: (state) => state } }),
  ])
  const { runtime, ask, ended, clock } = await openTrips(t, saga)
  await ask('t1')
  await atRest()
  assert.equal(runtime.status().timers.pending, 1)

  await runtime.actor(Trip, 't1').send('pay', { cents: 1 })
  await atRest()

  assert.equal(runtime.status().timers.pending, 0)
  clock.advance(withinMs)
  await runtime.actor(Trip, 't1').send('end', { how: 'done' })
  assert.equal(await ended('t1'), 'completed')
})

test('a halted step is not ended by its time: the operator is', async (t) => {
  let isMended = false
  const saga = tripSaga(({ step }) =>
    step('price', {
      call: () => {
        if (!isMended) throw new Error('broken')
      },
      retry: { attemptsMax: 1 },
      whenExhausted: 'park',
      withinMs,
    }),
  )
  const { runtime, ask, ended, clock } = await openTrips(t, saga)
  await ask('t1')
  await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED' })

  clock.advance(withinMs)
  await atRest()
  isMended = true
  await runtime.saga(saga, 't1').retry()

  assert.equal(await ended('t1'), 'completed')
})
