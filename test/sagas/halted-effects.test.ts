/**
 * Cancelling an instance that is halted: what the step it stands at has done, or may have, is taken back.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { type AnySaga, defineSaga } from '../../src/define/saga/saga.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import { onEnd, type Scope } from '../support/scope.js'
import { Room, Trip } from './travel.js'

const options = { from: [Trip], startOn: 'TripAsked', state: () => null } as const

/** Runs an instance until it halts, and cancels it. @returns how its steps ended. */
async function haltAndCancel(t: Scope, saga: AnySaga): Promise<readonly string[]> {
  const app = defineApp({ actors: [Trip, Room], sagas: [saga] })
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  const instance = runtime.saga(saga, 't1')

  await runtime.actor(Trip, 't1').send('ask', { rooms: [], cents: 0 })
  await assert.rejects(instance.ended(), { code: 'DRAMATIS_SAGA_HALTED' })
  await runtime.caughtUp(runtime.log.head, { handler: saga.name })
  await instance.cancel({ reason: 'enough' })

  assert.equal(await instance.ended(), 'cancelled')
  return (await instance.timeline()).map(({ step, outcome }) => `${step} ${outcome}`)
}

test('a call that failed and halted is taken back by what is meant for attempts', async (t) => {
  const Calling = defineSaga('Calling', {
    ...options,
    steps: ({ step }) =>
      step('call', {
        call: () => {
          throw new Error('no answer')
        },
        retry: { attemptsMax: 1 },
        whenExhausted: 'park',
        compensate: { call: () => null, when: 'attempted' },
      }),
  })

  const ends = await haltAndCancel(t, Calling)

  assert.deepEqual(ends, ['call halted', 'null cancel', 'call cancelled', 'call/undo completed'])
})

test('a command whose answer could not be taken in is taken back', async (t) => {
  const Taking = defineSaga('Taking', {
    ...options,
    steps: ({ step }) =>
      step('take', {
        send: (_state, { send, sagaId }) => send(Room, 'r1', 'take', { trip: sagaId }),
        onAnswer: () => {
          throw new Error('a mistake')
        },
        compensate: {
          send: (_state, { send, sagaId }) => send(Room, 'r1', 'give', { trip: sagaId }),
        },
      }),
  })

  const ends = await haltAndCancel(t, Taking)

  assert.deepEqual(ends, ['take halted', 'null cancel', 'take cancelled', 'take/undo completed'])
})
