/** Every path of a saga, by its name: one trip on each, with its steps, its end, and the world after it. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SagaFailedError } from '../../src/sagas/saga-errors.js'
import { Account, Room, Trip } from './travel.js'
import {
  atRest,
  charging,
  openTrips,
  type TripSaga,
  type Trips,
  taking,
  tripSaga,
} from './trips.js'

/** What the bank does at a call. */
interface Bank {
  isDown: boolean
  neverGivesBack: boolean
}

/** Takes a room, charges, has a bank confirm it, and waits for a payment. */
function booking(bank: Bank): TripSaga {
  return tripSaga(({ step }) => [
    step('take', taking('r1')),
    step('charge', charging),
    step('confirm', {
      call: () => {
        if (bank.isDown) throw new Error('the bank is down')
      },
      retry: { attemptsMax: 2, retriesAtOnce: 0, delayMs: 1_000, delayMsMax: 1_000 },
      whenExhausted: 'park',
      compensate: {
        call: () => {
          if (bank.neverGivesBack) throw new Error('the bank keeps it')
        },
        retry: { attemptsMax: 2 },
      },
    }),
    step('pay', {
      until: { TripPaid: (state, { data }, { fail }) => (data.cents > 0 ? state : fail('BAD')) },
      withinMs: 60_000,
    }),
  ])
}

interface Path extends Trips {
  readonly bank: Bank
  readonly saga: TripSaga
  pay(cents: number): Promise<void>
  world(): Promise<object>
}

async function begin(t: Parameters<typeof openTrips>[0], more: Partial<Bank> = {}): Promise<Path> {
  const bank = { isDown: false, neverGivesBack: false, ...more }
  const saga = booking(bank)
  const trips = await openTrips(t, saga)
  const { runtime } = trips
  let events = 0
  runtime.bus.subscribe('*', () => {
    events++
  })
  return {
    ...trips,
    bank,
    saga,
    pay: async (cents) => {
      await atRest(() => events)
      await runtime.actor(Trip, 't1').send('pay', { cents })
    },
    world: async () => ({
      ...(await runtime.actor(Room, 'r1').state()),
      ...(await runtime.actor(Account, 't1').state()),
    }),
  }
}

const done = { takenBy: 't1', cents: 100 }
const nothing = { takenBy: null, cents: 0 }
const there = ['take completed', 'charge completed', 'confirm completed']
const back = ['confirm/undo completed', 'charge/undo completed', 'take/undo completed']

describe('a trip is', () => {
  test('completed: every step was done', async (t) => {
    const { ask, pay, ended, outcomes, world } = await begin(t)
    await ask('t1')

    await pay(100)

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), [...there, 'pay completed'])
    assert.deepEqual(await world(), done)
  })

  test('compensated: a step failed, and everything was taken back, the last first', async (t) => {
    const { runtime, saga, ask, pay, ended, outcomes, world } = await begin(t)
    await ask('t1')

    await pay(0)

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(await outcomes('t1'), [...there, 'pay failed', ...back])
    assert.deepEqual(await world(), nothing)
    const { cause, notUndone } = await runtime.saga(saga, 't1').status()
    assert.deepEqual([cause?.step, notUndone], ['pay', []])
  })

  test('failed: something could not be taken back, the rest was, and it says what', async (t) => {
    const { ask, pay, ended, outcomes, world } = await begin(t, { neverGivesBack: true })
    await ask('t1')

    await pay(0)

    await assert.rejects(ended('t1'), (error) => {
      assert.ok(error instanceof SagaFailedError)
      const { code, saga, sagaId, step, cause, notUndone } = error
      assert.deepEqual([code, saga, sagaId, step], ['DRAMATIS_SAGA_FAILED', 'Booking', 't1', 'pay'])
      assert.equal((cause as { readonly reason: string }).reason, 'BAD')
      assert.deepEqual(
        notUndone.map((each) => [each.step, each.error.message]),
        [['confirm', 'the bank keeps it']],
      )
      assert.match(error.message, /failed at pay: .* Not taken back: confirm\.$/)
      return true
    })
    assert.deepEqual(await outcomes('t1'), [
      ...[...there, 'pay failed', 'confirm/undo retried', 'confirm/undo failed'],
      ...back.slice(1),
    ])
    assert.deepEqual(await world(), nothing)
  })

  test('parked: it waits for an operator, and what was done stands', async (t) => {
    const { runtime, saga, ask, ended, outcomes, world } = await begin(t, { isDown: true })

    await ask('t1')

    await assert.rejects(ended('t1'), {
      code: 'DRAMATIS_SAGA_HALTED',
      saga: 'Booking',
      sagaId: 't1',
      step: 'confirm',
      message: /halted at confirm: the bank is down\. Redrive it, or retry, skip or cancel it/,
    })
    assert.deepEqual(await outcomes('t1'), [
      ...['take completed', 'charge completed', 'confirm retried', 'confirm halted'],
    ])
    assert.deepEqual(await world(), done)
    const { status, halted } = await runtime.saga(saga, 't1').status()
    assert.deepEqual([status, halted.map(({ step }) => step)], ['running', ['confirm']])
  })

  test('cancelled: an operator ended it, and everything was taken back', async (t) => {
    const { runtime, saga, ask, ended, outcomes, world } = await begin(t)
    await ask('t1')
    await atRest()

    await runtime.saga(saga, 't1').cancel({ reason: 'the customer called' })

    assert.equal(await ended('t1'), 'cancelled')
    assert.deepEqual(await outcomes('t1'), [...[...there, 'pay cancelled', 'null cancel', ...back]])
    assert.deepEqual(await world(), nothing)
  })

  test('timed out: a step took too long, and everything was taken back', async (t) => {
    const { runtime, saga, clock, ask, ended, outcomes, world } = await begin(t)
    const beganMs = clock.nowMs()

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.equal(clock.nowMs() - beganMs, 60_000)
    const { cause } = await runtime.saga(saga, 't1').status()
    assert.deepEqual([cause?.step, cause?.error.code], ['pay', 'DRAMATIS_SAGA_STEP_TIMEOUT'])
    assert.deepEqual(await outcomes('t1'), [...there, 'pay failed', ...back])
    assert.deepEqual(await world(), nothing)
  })

  test('redriven: it was parked, what was broken was mended, and it completed', async (t) => {
    const { runtime, bank, ask, pay, ended, outcomes, world } = await begin(t, { isDown: true })
    await ask('t1')
    await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED' })
    await atRest()
    bank.isDown = false

    await runtime.deadLetters.redrive({ handler: 'Booking' })
    await pay(100)

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), [
      ...['take completed', 'charge completed', 'confirm retried', 'confirm halted'],
      ...['confirm retry', 'confirm completed', 'pay completed'],
    ])
    assert.deepEqual(await world(), done)
    assert.deepEqual((await runtime.deadLetters.list()).entries, [])
  })
})
