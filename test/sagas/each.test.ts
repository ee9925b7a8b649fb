/** Steps for each item: in order, a few at a time, within one another, none, and very many. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { yieldToEventLoop } from '../../src/base/signal.js'
import type { CallContext } from '../../src/define/saga/steps.js'
import { Outside } from './outside.js'
import { Room, Trip } from './travel.js'
import { charging, openTrips, type TripState, tripSaga } from './trips.js'

const roomsOf = ({ rooms }: TripState): readonly string[] => rooms
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `r${at}`)

/** A call that notes how many are under way at the same time. */
class Crowd {
  now = 0
  most = 0

  async visit(): Promise<void> {
    this.most = Math.max(this.most, ++this.now)
    for (let turn = 0; turn < 5; turn++) await yieldToEventLoop()
    this.now--
  }
}

describe('each', () => {
  test('works on one item after the other, in their order', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const crowd = new Crowd()
    const saga = tripSaga(({ each }) =>
      each('rooms', roomsOf, ({ step }) => [
        step('look', {
          call: async (_state, context) => {
            outside.note(context)
            await crowd.visit()
          },
        }),
        step('take', {
          send: (_state, { send, item, sagaId }) => send(Room, item, 'take', { trip: sagaId }),
        }),
      ]),
    )
    const { ask, ended, outcomes } = await openTrips(t, saga, clock)

    await ask('t1', { rooms: ['b', 'a'] })

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), [
      ...['look[0] completed', 'take[0] completed', 'look[1] completed', 'take[1] completed'],
    ])
    assert.deepEqual(
      outside.calls.map(({ item, index, key }) => [item, index, key]),
      [
        ['b', 0, 'Booking-t1/look[0]'],
        ['a', 1, 'Booking-t1/look[1]'],
      ],
    )
    assert.equal(crowd.most, 1)
  })

  test('works on as many items at the same time as it may', async (t) => {
    const crowd = new Crowd()
    const saga = tripSaga(({ each }) =>
      each(
        'rooms',
        roomsOf,
        ({ step }) => [
          step('look', { call: () => crowd.visit() }),
          step('again', { call: () => crowd.visit() }),
        ],
        { parallelMax: 3 },
      ),
    )
    const { ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1', { rooms: names(10) })

    assert.equal(await ended('t1'), 'completed')
    assert.equal(crowd.most, 3)
    assert.equal((await outcomes('t1')).length, 20)
  })

  test('passes over an empty list', async (t) => {
    const saga = tripSaga(({ step, each }) => [
      each('rooms', roomsOf, ({ step }) => step('take', { until: { TripPaid: (s) => s } })),
      step('charge', charging),
    ])
    const { ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1')

    assert.equal(await ended('t1'), 'completed')
    assert.deepEqual(await outcomes('t1'), ['charge completed'])
  })

  test('within another has the items of that, and step ids that say both places', async (t) => {
    const clock = new ManualClock()
    const outside = new Outside(clock)
    const note = (_state: TripState, context: CallContext<unknown>): void => outside.note(context)
    const saga = tripSaga(({ step, each }) => [
      each('rooms', roomsOf, ({ step, each, when, first }) => [
        when('isOdd', (_state, { item }) => item === 'r1', step('odd', { call: note })),
        each(
          'beds',
          (_state, { item, index }) => [`${item}/${index}/x`, `${item}/${index}/y`],
          ({ step }) => step('make', { call: note, compensate: { call: note } }),
        ),
        first('either', [step('mark'), step('wait', { until: { TripPaid: (s) => s } })]),
      ]),
      step('charge', charging),
    ])
    const { runtime, ask, ended } = await openTrips(t, saga, clock)

    await ask('t1', { rooms: ['r0', 'r1'], cents: 2_000 })

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(
      outside.calls.map(({ step, item, index }) => `${step} ${item} ${index}`),
      [
        ...['make[0,0] r0/0/x 0', 'make[0,1] r0/0/y 1', 'odd[1] r1 1'],
        ...['make[1,0] r1/1/x 0', 'make[1,1] r1/1/y 1'],
        ...['make[1,1]/undo r1/1/y 1', 'make[1,0]/undo r1/1/x 0'],
        ...['make[0,1]/undo r0/0/y 1', 'make[0,0]/undo r0/0/x 0'],
      ],
    )
    const { items, winners, choices } = await runtime.actor(saga.actor, 't1').state()
    assert.deepEqual(items['beds[1]'], ['r1/1/x', 'r1/1/y'])
    assert.deepEqual(winners, { 'either[0]': 0, 'either[1]': 0 })
    assert.deepEqual(choices, { 'isOdd[0]': false, 'isOdd[1]': true })
  })

  test('asks for its items once, whatever the state says later', async (t) => {
    let asked = 0
    const saga = tripSaga(({ each }) =>
      each(
        'rooms',
        ({ rooms }) => {
          asked++
          return rooms
        },
        ({ step }) =>
          step('look', {
            call: () => 'more',
            onAnswer: (state, more) => ({ ...state, rooms: [...state.rooms, more] }),
          }),
      ),
    )
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1', { rooms: ['a', 'b'] })

    assert.equal(await ended('t1'), 'completed')
    assert.equal(asked, 1)
    assert.equal((await outcomes('t1')).length, 2)
    assert.equal((await runtime.saga(saga, 't1').state())!.rooms.length, 4)
  })

  test('fails with its first item that fails, and begins no other', async (t) => {
    const saga = tripSaga(({ each }) =>
      each(
        'rooms',
        roomsOf,
        ({ step }) =>
          step('take', {
            send: (_state, { send, item, sagaId }) => send(Room, item, 'take', { trip: sagaId }),
            compensate: {
              send: (_state, { send, item, sagaId }) => send(Room, item, 'give', { trip: sagaId }),
            },
          }),
        { parallelMax: 2 },
      ),
    )
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)
    await runtime.actor(Room, 'r1').send('take', { trip: 'other' })

    await ask('t1', { rooms: ['r0', 'r1', 'r2'] })

    assert.equal(await ended('t1'), 'compensated')
    assert.deepEqual(await outcomes('t1'), [
      ...['take[0] completed', 'take[1] failed', 'take[0]/undo completed'],
    ])
  })

  test('takes a thousand items, and gives them back in reverse order', async (t) => {
    const saga = tripSaga(({ step, each }) => [
      each(
        'rooms',
        roomsOf,
        ({ step }) =>
          step('take', {
            send: (_state, { send, item, sagaId }) => send(Room, item, 'take', { trip: sagaId }),
            compensate: {
              send: (_state, { send, item, sagaId }) => send(Room, item, 'give', { trip: sagaId }),
            },
          }),
        { parallelMax: 1_000 },
      ),
      step('end', { send: (_state, { send, sagaId }) => send(Trip, sagaId, 'end', { how: 'x' }) }),
      step('charge', charging),
    ])
    const { runtime, ask, ended, outcomes } = await openTrips(t, saga)

    await ask('t1', { rooms: names(1_000), cents: 2_000 })

    assert.equal(await ended('t1'), 'compensated')
    const undone = (await outcomes('t1')).slice(1_002)
    assert.deepEqual(
      undone,
      Array.from({ length: 1_000 }, (_, at) => `take[${999 - at}]/undo completed`),
    )
    assert.deepEqual(await runtime.actor(Room, 'r500').state(), { takenBy: null })
  })

  for (const [what, items] of [
    ['no list', () => 'rooms'],
    ['too many', () => new Array(10_001).fill(0)],
    ['what cannot be recorded', () => [() => {}]],
  ] as const) {
    test(`halts at ${what}`, async (t) => {
      const saga = tripSaga(({ each }) => each('rooms', items as never, ({ step }) => step('no')))
      const { ask, ended } = await openTrips(t, saga)

      await ask('t1')

      await assert.rejects(ended('t1'), { code: 'DRAMATIS_SAGA_HALTED', step: 'rooms' })
    })
  }
})
