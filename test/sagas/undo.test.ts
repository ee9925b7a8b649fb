/** What compensations are told, and what they may be told in return. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import type { CompensationOptions, UndoCause } from '../../src/define/saga/steps.js'
import type { SagaReference } from '../../src/index.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import { onEnd, type Scope } from '../support/scope.js'
import { Account, Room, Trip } from './travel.js'

/** Takes a room, then fails at a charge that is too much. Rooms are given back as the test says. */
function bookingWith(compensate: CompensationOptions<null, undefined>) {
  return defineSaga('Booking', {
    from: [Trip],
    startOn: 'TripAsked',
    state: () => null,
    steps: ({ step }) => [
      step('take', {
        send: (_state, { send, sagaId }) => send(Room, 'r1', 'take', { trip: sagaId }),
        compensate,
      }),
      step('charge', {
        send: (_state, { send, sagaId }) => send(Account, sagaId, 'charge', { cents: 2_000 }),
      }),
    ],
  })
}

async function fail(
  t: Scope,
  compensate: CompensationOptions<null, undefined>,
): Promise<SagaReference<null, string>> {
  const Booking = bookingWith(compensate)
  const app = defineApp({ actors: [Trip, Room, Account], sagas: [Booking] })
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  await runtime.actor(Trip, 't1').send('ask', { rooms: [], cents: 2_000 })
  return runtime.saga(Booking, 't1')
}

describe('a compensation', () => {
  test('by command is told which step failed, and the reason of the domain', async (t) => {
    const causes: (UndoCause | null)[] = []

    const booking = await fail(t, {
      send: (_state, { send, sagaId, cause }) => {
        causes.push(cause)
        return send(Room, 'r1', 'give', { trip: sagaId })
      },
    })

    assert.equal(await booking.ended(), 'compensated')
    assert.deepEqual(
      causes.map((cause) => [cause?.step, cause?.reason]),
      [['charge', 'TOO_MUCH']],
    )
  })

  test('by call is told the same', async (t) => {
    const causes: (UndoCause | null)[] = []

    const booking = await fail(t, {
      call: (_state, { cause }) => {
        causes.push(cause)
      },
    })

    assert.equal(await booking.ended(), 'compensated')
    assert.deepEqual(
      causes.map((cause) => [cause?.step, cause?.reason]),
      [['charge', 'TOO_MUCH']],
    )
  })

  test('that is refused because there is nothing to take back has done its work, at once', async (t) => {
    const booking = await fail(t, {
      send: (_state, { send }) => send(Room, 'r1', 'give', { trip: 'somebody else' }),
      nothingToUndo: ['ROOM_NOT_YOURS'],
    })

    assert.equal(await booking.ended(), 'compensated')
    const [undo] = (await booking.timeline()).filter(({ step }) => step === 'take/undo')
    assert.deepEqual([undo?.attempt, undo?.outcome], [1, 'completed'])
    assert.equal((undo?.error as { reason?: string } | null)?.reason, 'ROOM_NOT_YOURS')
  })

  test('that is refused for any other reason is not done', async (t) => {
    const booking = await fail(t, {
      send: (_state, { send }) => send(Room, 'r1', 'give', { trip: 'somebody else' }),
      nothingToUndo: ['ROOM_IS_FREE'],
      retry: { attemptsMax: 1 },
    })

    await assert.rejects(booking.ended(), { code: 'DRAMATIS_SAGA_FAILED' })
  })

  test('of a branch that lost is told no cause: nothing has failed', async (t) => {
    const causes: (UndoCause | null)[] = []
    const Race = defineSaga('Race', {
      from: [Trip],
      startOn: 'TripAsked',
      state: () => null,
      steps: ({ first, step }) =>
        first('race', [
          [
            step('lose', {
              send: (_state, { send, sagaId }) => send(Room, 'r1', 'take', { trip: sagaId }),
              compensate: {
                send: (_state, { send, sagaId, cause }) => {
                  causes.push(cause)
                  return send(Room, 'r1', 'give', { trip: sagaId })
                },
              },
            }),
            step('wait', { until: { TripEnded: (state) => state } }),
          ],
          step('win', { until: { TripPaid: (state) => state } }),
        ]),
    })
    const runtime = await openRuntime({ app: defineApp({ actors: [Trip, Room], sagas: [Race] }) })
    onEnd(t, () => runtime.close())
    await runtime.actor(Trip, 't1').send('ask', { rooms: [], cents: 1 })
    await runtime.caughtUp(runtime.log.head, { handler: 'Race' })

    await runtime.actor(Trip, 't1').send('pay', { cents: 1 })

    assert.equal(await runtime.saga(Race, 't1').ended(), 'completed')
    assert.deepEqual(causes, [null])
  })

  const wrong: readonly (readonly [what: string, options: object])[] = [
    ['beside a call', { call: () => {}, nothingToUndo: ['GONE'] }],
    ['that is no list', { send: () => {}, nothingToUndo: 'GONE' }],
    ['that has what is no reason', { send: () => {}, nothingToUndo: [''] }],
  ]
  for (const [what, options] of wrong) {
    test(`with a nothingToUndo ${what} is refused`, () => {
      assert.throws(() => bookingWith(options as CompensationOptions<null, undefined>), {
        code: 'DRAMATIS_INVALID_ARGUMENT',
      })
    })
  }
})
