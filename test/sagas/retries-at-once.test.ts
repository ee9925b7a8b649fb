/**
 * Attempts that follow one another without a pause: what the timeline says of them.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineApp } from '../../src/define/app.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import { onEnd } from '../support/scope.js'
import { Trip } from './travel.js'

const Calling = defineSaga('Calling', {
  from: [Trip],
  startOn: 'TripAsked',
  state: () => null,
  steps: ({ step }) => [
    step('call', {
      call: (_state, { attempt }) => {
        if (attempt === 1) throw new Error('busy')
      },
      retry: { attemptsMax: 2, retriesAtOnce: 1 },
    }),
  ],
})

test('an attempt that is followed by the next at once ends in the timeline, with its cause', async (t) => {
  const runtime = await openRuntime({ app: defineApp({ actors: [Trip], sagas: [Calling] }) })
  onEnd(t, () => runtime.close())

  await runtime.actor(Trip, 't1').send('ask', { rooms: [], cents: 0 })
  await runtime.saga(Calling, 't1').ended()

  const timeline = await runtime.saga(Calling, 't1').timeline()
  assert.deepEqual(
    timeline.map(({ attempt, outcome, error }) => [attempt, outcome, error?.message]),
    [
      [1, 'retried', 'busy'],
      [2, 'completed', undefined],
    ],
  )
})
