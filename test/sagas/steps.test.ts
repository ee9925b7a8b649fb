/** Steps one by one: what each kind does, what its answer leads to, and what it waits for. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallContext } from '../../src/define/saga/steps.js'
import type { RecordedError } from '../../src/sagas/recorded-error.js'
import { collect } from '../../src/testing/collect.js'
import { Account, Room, Trip } from './travel.js'
import { charging, openTrips, taking, tripSaga } from './trips.js'

describe('a step that sends', () => {
  test('goes on with the state that it makes of the receipt', async (t) => {
    const saga = tripSaga(({ step }) => [
      step('charge', {
        ...charging,
        onAnswer: (state, receipt, { sagaId }) => ({
          ...state,
          notes: [`${sagaId}: ${receipt.streamId} ${receipt.version} ${receipt.duplicate}`],
        }),
      }),
      step('tell', {
        send: ({ notes }, { send, sagaId }) => send(Trip, sagaId, 'end', { how: notes[0]! }),
      }),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga)

    await ask('t1')

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await runtime.actor(Trip, 't1').state(), { status: 't1: Account-t1 1 false' })
    assert.deepEqual((await runtime.saga(saga, 't1').state())?.notes, ['t1: Account-t1 1 false'])
  })

  test('sends under a name that follows from the instance and the step', async (t) => {
    const saga = tripSaga(({ step }) => step('charge', charging))
    const { runtime, ask, ended } = await openTrips(t, saga)

    await ask('t1')
    await ended('t1')

    const [charged] = await collect(runtime.actor(Account, 't1').events())
    const [started] = await collect(runtime.actor(saga.actor, 't1').events())
    assert.equal(charged!.metadata.commandId, 'Booking-t1/charge')
    assert.equal(charged!.metadata.correlationId, started!.metadata.correlationId)
  })

  test('fails at a refusal, with the reason of the domain', async (t) => {
    const saga = tripSaga(({ step }) => step('charge', charging))
    const { runtime, ask, ended } = await openTrips(t, saga)

    await ask('t1', { cents: 2_000 })

    assert.equal(await ended('t1'), 'compensated')
    const { cause, openSteps, notUndone } = await runtime.saga(saga, 't1').status()
    const { code, reason } = cause!.error as RecordedError
    assert.deepEqual(
      [cause!.step, code, reason],
      ['charge', 'DRAMATIS_COMMAND_REJECTED', 'TOO_MUCH'],
    )
    assert.deepEqual([openSteps, notUndone], [[], []])
  })

  test('halts at a command that can never be sent', async (t) => {
    const saga = tripSaga(({ step }) =>
      step('charge', { send: (_state, { send, sagaId }) => send('Acount', sagaId, 'charge', {}) }),
    )
    const { runtime, ask, ended } = await openTrips(t, saga)

    await ask('t1')

    await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED', step: 'charge' })
    const { halted } = await runtime.saga(saga, 't1').status()
    assert.equal(halted[0]?.error.code, 'DRAMATIS_UNKNOWN_ACTOR')
  })
})

describe('a step that calls', () => {
  test('goes on with the state that it makes of the answer', async (t) => {
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: async ({ cents }) => ({ offered: cents * 2, at: new Date(7) }),
        onAnswer: (state, { offered, at }) => ({ ...state, cents: offered + at.getTime() }),
      }),
    )
    const { runtime, ask, ended } = await openTrips(t, saga)

    await ask('t1', { cents: 10 })

    assert.equal(await ended('t1'), 'completed')
    assert.equal((await runtime.saga(saga, 't1').state())?.cents, 27)
  })

  test('is told which instance, step and attempt it is', async (t) => {
    const seen: Omit<CallContext<unknown>, 'signal'>[] = []
    const saga = tripSaga(({ step }) =>
      step('price', {
        call: (_state, { signal, ...context }) => {
          assert.equal(signal.aborted, false)
          seen.push(context)
        },
      }),
    )
    const { ask, ended } = await openTrips(t, saga)

    await ask('t1')
    await ended('t1')

    assert.deepEqual(seen, [
      {
        sagaId: 't1',
        step: 'price',
        item: undefined,
        index: 0,
        attempt: 1,
        idempotencyKey: 'Booking-t1/price',
      },
    ])
  })

  test('fails when the domain says so of its answer, and is not called again', async (t) => {
    let calls = 0
    const saga = tripSaga(({ step }) => [
      step('take', taking('r1')),
      step('capture', {
        call: () => {
          calls++
          return { declined: true }
        },
        onAnswer: (state, { declined }, { fail }) =>
          declined ? fail('DECLINED', 'not this card') : state,
        compensate: {
          when: 'attempted',
          call: () => assert.fail('a declined capture is not taken back'),
        },
      }),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.equal(calls, 1)
    const { cause } = await runtime.saga(saga, 't1').status()
    const { message, reason } = cause!.error as RecordedError
    assert.deepEqual([cause!.step, message, reason], ['capture', 'not this card', 'DECLINED'])
    assert.deepEqual(await outcomes('t1'), [
      'take completed',
      'capture failed',
      'take/undo completed',
    ])
  })

  test('needs no answer that can be recorded, when nothing is made of it', async (t) => {
    let calls = 0
    const saga = tripSaga(({ step }) => [
      step('fetch', {
        call: () => {
          calls++
          return new Response('whatever')
        },
        compensate: { call: () => new Response('taken back') },
      }),
      step('charge', charging),
    ])
    const { ask, ended } = await openTrips(t, saga)

    await ask('t1', { cents: 2_000 })

    assert.equal(await ended('t1'), 'compensated')
    assert.equal(calls, 1)
  })

  test('halts at an answer that cannot be recorded, rather than to call again', async (t) => {
    let calls = 0
    const saga = tripSaga(({ step }) =>
      step('fetch', {
        call: () => {
          calls++
          return { handle: () => {} }
        },
        onAnswer: (state) => state,
      }),
    )
    const { runtime, ask, ended } = await openTrips(t, saga)

    await ask('t1')

    await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED', step: 'fetch' })
    assert.equal(calls, 1)
    const { halted } = await runtime.saga(saga, 't1').status()
    assert.equal(halted[0]?.error.code, 'DRAMATIS_EVENT_VALUE')
  })
})

describe('a step that only marks a place', () => {
  test('completes where it stands, and is taken back like any other', async (t) => {
    const saga = tripSaga(({ step, fail }) => [
      step('begin', {
        compensate: {
          send: (_state, { send, sagaId }) => send(Trip, sagaId, 'end', { how: 'off' }),
        },
      }),
      fail('never', 'NO_SUCH_TRIP', 'there is no such trip'),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1')

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(await outcomes('t1'), ['begin completed', 'begin/undo completed'])
    assert.deepEqual(await runtime.actor(Trip, 't1').state(), { status: 'off' })
    const { cause } = await runtime.saga(saga, 't1').status()
    assert.deepEqual(
      [cause?.step, cause?.error.code, cause?.error.message],
      ['never', 'DRAMATIS_SAGA_STEP_FAILED', 'there is no such trip'],
    )
  })
})

test('an instance ends by itself however many others there are', async (t) => {
  const saga = tripSaga(({ step }) => [
    step('take', taking('r1')),
    step('charge', charging),
    step('give', { send: taking('r1').compensate.send }),
  ])
  const { runtime, ask, ended } = await openTrips(t, saga)

  const ids = Array.from({ length: 20 }, (_, at) => `t${at}`)
  for (const id of ids) await ask(id)
  const ends = await Promise.all(ids.map(ended))

  // Whoever comes while the room is taken is refused, and has nothing to give back.
  assert.ok(ends.includes('completed'))
  assert.deepEqual(await runtime.actor(Room, 'r1').state(), { takenBy: null })
  for (const [at, end] of ends.entries()) {
    const { cents } = await runtime.actor(Account, `t${at}`).state()
    assert.equal(cents, end === 'completed' ? 100 : 0)
  }
})

test('a step that was repeated for nobody has no item', async (t) => {
  const outside = { items: [] as unknown[] }
  const saga = tripSaga(({ step }) => [
    step('look', {
      send: (_state, { send, sagaId, item, index, now }) => {
        outside.items.push(item, index, now.getTime())
        return send(Trip, sagaId, 'end', { how: 'seen' })
      },
    }),
  ])
  const { ask, ended, clock } = await openTrips(t, saga)
  const atMs = clock.nowMs()

  await ask('t1')
  await ended('t1')

  assert.deepEqual(outside.items, [undefined, 0, atMs])
})
