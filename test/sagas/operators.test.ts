/** What operators do to an instance, wherever it stands: what happens, or the one error that refuses it. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SagaReference } from '../../src/runtime/saga-reference.js'
import { bring, Repairs, type StandingName, sagaThatStands } from './standings.js'
import { openTalks } from './talks.js'

type Instance = SagaReference<unknown, Readonly<Record<string, unknown>>>

const verbs = {
  retry: (instance: Instance) => instance.retry({ reason: 'so' }),
  skip: (instance: Instance) => instance.skip({ reason: 'so' }),
  'skip of its step': (instance: Instance) => instance.skip({ step: 'two' }),
  cancel: (instance: Instance) => instance.cancel({ reason: 'so' }),
  'cancel as it is': (instance: Instance) => instance.cancel({ reason: 'so', compensate: false }),
  message: (instance: Instance) => instance.send('note', 'told'),
} as const

const state = 'DRAMATIS_SAGA_STATE'
const halted = 'DRAMATIS_SAGA_HALTED'
const none = 'DRAMATIS_SAGA_NOT_FOUND'

/** In the order of the verbs: the code that refuses it, or how the instance stands after it. */
const outcomes: { readonly [K in StandingName | 'nowhere']: readonly string[] } = {
  nowhere: [none, none, none, none, none, none],
  waiting: [state, state, 'completed', 'cancelled, one undone', 'cancelled, one left', 'running'],
  calling: [state, state, 'completed', 'cancelled, one undone', 'cancelled, one left', 'running'],
  retrying: [
    ...['completed', 'completed', 'completed'],
    ...['cancelled, one undone', 'cancelled, one left', 'running'],
  ],
  'halted at a step': [
    ...['completed', 'completed', 'completed'],
    ...['cancelled, one undone', 'cancelled, one left', halted],
  ],
  'halted at an answer': [
    ...['completed', 'completed', 'completed'],
    ...['cancelled, one undone', 'cancelled, one left', halted],
  ],
  'halted in code': [
    ...['completed', state, state],
    ...['cancelled, one undone', 'cancelled, one left', halted],
  ],
  'halted at what lost a race': [
    ...['completed', 'completed', state],
    ...['cancelled, one undone', 'cancelled, one, loser left', halted],
  ],
  compensating: [state, state, state, state, 'cancelled, one left', state],
  'between two attempts to take back': [
    ...['compensated', 'compensated', state],
    ...[state, 'cancelled, one left', state],
  ],
  'halted in the code of a compensation': [
    ...['compensated, one undone', 'compensated', state],
    ...[state, 'cancelled, one left', halted],
  ],
  completed: [state, state, state, state, state, state],
  compensated: [state, state, state, state, state, state],
  failed: [state, state, state, state, state, state],
  cancelled: [state, state, state, state, state, state],
}

for (const [standing, expected] of Object.entries(outcomes)) {
  describe(`an instance that stands ${standing}`, () => {
    for (const [at, [verb, act]] of Object.entries(verbs).entries()) {
      const outcome = expected[at]!
      const isRefused = outcome.startsWith('DRAMATIS')

      test(`${verb}: ${outcome}`, async (t) => {
        const repairs = new Repairs()
        const place = standing === 'nowhere' ? 'waiting' : (standing as StandingName)
        const talks = await openTalks(t, sagaThatStands(place, repairs))
        if (standing !== 'nowhere') await bring(talks, place, 'x')
        const instance = talks.saga('x')
        const [before, { head }] = [await instance.status(), talks.runtime.log]
        repairs.isMended = true

        if (isRefused) {
          await assert.rejects(act(instance), { code: outcome, saga: 'Talking', sagaId: 'x' })
          await talks.rest()
          assert.equal(talks.runtime.log.head, head)
          assert.deepEqual(await instance.status(), before)
          return
        }
        await act(instance)
        await talks.rest()
        const { status, notUndone, halted: halts, parked } = await instance.status()
        const undone = (await talks.hears('x')).includes('undone') ? ', one undone' : ''
        const left = notUndone.map(({ step }) => step).join(', ')
        assert.equal(`${status}${undone}${left === '' ? '' : `, ${left} left`}`, outcome)
        assert.deepEqual([halts, parked], [[], null])
      })
    }
  })
}
