/** Steps that fail and are tried again: how often, when, under which name, and until when. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { yieldToEventLoop } from '../../src/base/signal.js'
import { RetryAfterError, TerminalError } from '../../src/define/handler-errors.js'
import type { StepRetry } from '../../src/define/saga/instance-events.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { collect } from '../../src/testing/collect.js'
import { Outside, untilAborted } from './outside.js'
import { Account, Room } from './travel.js'
import { atRest, charging, openTrips, type TripSaga, taking, tripSaga } from './trips.js'

/** The retries that an instance has decided, in order. */
async function retriesOf(runtime: Runtime, saga: TripSaga): Promise<StepRetry[]> {
  const events = await collect(runtime.actor(saga.actor, 't1').events())
  return events
    .filter(({ type }) => type === 'Booking.StepsRetrying')
    .flatMap(({ data }) => (data as { readonly steps: StepRetry[] }).steps)
}

describe('a call that fails', () => {
  test('is tried again by the policy of its step, after pauses that double up to a limit', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: (_state, context) => {
          outside.note(context)
          if (context.attempt < 6) throw new Error(`no ${context.attempt}`)
        },
        retry: { attemptsMax: 6, retriesAtOnce: 1, delayMs: 1_000, delayMsMax: 3_000 },
      }),
    )
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga, clock)
    const beganMs = clock.nowMs()

    await ask('t1')

    assert.equal(await ended('t1'), 'completed')
    const [atOnce, ...pausesMs] = outside.pausesMs
    assert.equal(atOnce, 0)
    for (const [at, ceilingMs] of [1_000, 2_000, 3_000, 3_000].entries()) {
      assert.ok(pausesMs[at]! >= ceilingMs / 2 && pausesMs[at]! <= ceilingMs, `${pausesMs}`)
    }
    // Not a millisecond before or after the time that was recorded.
    const retries = await retriesOf(runtime, saga)
    assert.deepEqual(
      retries.map(({ attempt, error, dueAtMs }) => [attempt, error.message, dueAtMs]),
      [
        [1, 'no 1', null],
        ...outside.calls.slice(2).map(({ atMs }, at) => [at + 2, `no ${at + 2}`, atMs]),
      ],
    )
    assert.equal(clock.nowMs(), beganMs + pausesMs.reduce((sum, each) => sum + each))
    assert.deepEqual(await outcomes('t1'), [
      ...Array.from({ length: 5 }, () => 'price retried'),
      'price completed',
    ])
  })

  test('has one idempotency key for all attempts', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) => [
      step('price', {
        call: (_state, context) => {
          outside.note(context)
          if (context.attempt < 3) throw new Error('busy')
        },
        compensate: {
          call: (_state, context) => {
            outside.note(context)
            if (context.attempt < 2) throw new Error('busy')
          },
        },
      }),
      step('charge', charging),
    ])
    const { ask, ended } = await openTrips(t, saga, clock)

    await ask('t1', { cents: 2_000 })
    await ended('t1')

    assert.deepEqual(
      outside.calls.map(({ attempt, key }) => `${attempt} ${key}`),
      [
        '1 Booking-t1/price',
        '2 Booking-t1/price',
        '3 Booking-t1/price',
        '1 Booking-t1/price/undo',
        '2 Booking-t1/price/undo',
      ],
    )
  })

  test('fails the step after its last attempt', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) => [
      step('take', taking('r1')),
      step('price', {
        call: (_state, context) => {
          outside.note(context)
          throw Object.assign(new Error('gone'), { code: 'HTTP_410' })
        },
        retry: { attemptsMax: 3 },
      }),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga, clock)

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.equal(outside.calls.length, 3)
    assert.deepEqual(await runtime.actor(Room, 'r1').state(), { takenBy: null })
    const { cause } = await runtime.saga(saga, 't1').status()
    assert.deepEqual([cause!.step, cause!.error.code], ['price', 'HTTP_410'])
  })

  test('is not tried again when it says that this is pointless', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: (_state, context) => {
          outside.note(context)
          throw new TerminalError('never')
        },
      }),
    )
    const { ask, ended } = await openTrips(t, saga, clock)

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(outside.attempts, ['price 1'])
  })

  test('is tried again after the pause that it asks for', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: (_state, context) => {
          outside.note(context)
          if (context.attempt === 1) throw new RetryAfterError('later', 77_000)
        },
        retry: { attemptsMax: 2, delayMs: 1, delayMsMax: 1 },
      }),
    )
    const { ask, ended } = await openTrips(t, saga, clock)

    await ask('t1')

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(outside.pausesMs, [77_000])
  })

  test('halts after its last attempt where the step says so, and goes on when it is retried', async (t) => {
    let isMended = false
    const saga = tripSaga(({ step }) => [
      step('take', taking('r1')),
      step('price', {
        call: () => {
          if (!isMended) throw new Error('broken')
        },
        retry: { attemptsMax: 2 },
        whenExhausted: 'park',
      }),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await ask('t1')
    await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED', step: 'price' })

    isMended = true
    await runtime.saga(saga, 't1').retry()

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), [
      'take completed',
      ...['price retried', 'price halted', 'price retry', 'price completed'],
    ])
    assert.deepEqual(await runtime.actor(Room, 'r1').state(), { takenBy: 't1' })
  })
})

describe('a call that takes too long', () => {
  const timeoutMs = 2_000

  test('has its signal aborted at its timeout, and is tried again', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: async (_state, context) => {
          outside.note(context)
          if (context.attempt === 1) await untilAborted(context.signal)
        },
        timeoutMs,
      }),
    )
    const { ask, ended } = await openTrips(t, saga, clock)

    await ask('t1')

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(outside.pausesMs, [timeoutMs])
    const { reason } = outside.calls[0]!.signal
    assert.deepEqual(
      [reason.code, reason.step, reason.timeoutMs],
      ['DRAMATIS_SAGA_CALL_TIMEOUT', 'price', timeoutMs],
    )
  })

  test('is given up when it does not obey its signal', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: async (_state, context) => {
          outside.note(context)
          await new Promise(() => {})
        },
        timeoutMs,
        retry: { attemptsMax: 2 },
      }),
    )
    const { runtime, ask, ended } = await openTrips(t, saga, clock)

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(outside.pausesMs, [timeoutMs + 1_000])
    const { cause } = await runtime.saga(saga, 't1').status()
    assert.equal(cause!.error.code, 'DRAMATIS_SAGA_CALL_TIMEOUT')
  })

  test('counts when it succeeds in spite of its signal, before it is given up', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: async (_state, context) => {
          outside.note(context)
          await untilAborted(context.signal).catch(() => {})
          return 7
        },
        timeoutMs,
        onAnswer: (state, cents) => ({ ...state, cents }),
      }),
    )
    const { runtime, ask, ended } = await openTrips(t, saga, clock)

    await ask('t1')

    assert.equal(await ended('t1'), 'completed')
    assert.equal((await runtime.saga(saga, 't1').state())!.cents, 7)
    assert.equal(outside.calls.length, 1)
  })
})

describe('a command that is refused', () => {
  test('is sent again by the policy of its step, with what the state says then', async (t) => {
    let cents = 2_000
    const saga = tripSaga(({ step }) =>
      step('charge', {
        send: (_state, { send, sagaId }) => send(Account, sagaId, 'charge', { cents }),
        retry: { attemptsMax: 3, retriesAtOnce: 0, delayMs: 1_000 },
      }),
    )
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await ask('t1')
    await atRest()

    cents = 900

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), ['charge retried', 'charge completed'])
    assert.deepEqual(await runtime.actor(Account, 't1').state(), { cents: 900 })
  })
})

test('calls of one saga wait for one another where only so many are allowed', async (t) => {
  const clock = new ManualClock()
  let now = 0
  let most = 0
  const saga = tripSaga(
    ({ step }) =>
      step('price', {
        call: async () => {
          most = Math.max(most, ++now)
          for (let turn = 0; turn < 5; turn++) await yieldToEventLoop()
          now--
        },
      }),
    { callsMax: 2 },
  )
  const { ask, ended } = await openTrips(t, saga, clock)

  const ids = ['a', 'b', 'c', 'd', 'e']
  for (const id of ids) await ask(id)

  assert.deepEqual(new Set(await Promise.all(ids.map(ended))), new Set(['completed']))
  assert.equal(most, 2)
})
