/** Cancelling without taking back: what is left as it is, is noted. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Decisions, failed, succeeded } from './decisions.js'
import { charging, type TripFlow, taking, tripSaga } from './trips.js'

const undoable = { compensate: { call: () => null } }

/** An instance that is cancelled as it is. @returns what is noted, the reason once for each. */
function leave(steps: Parameters<typeof tripSaga>[0], before: (decisions: Decisions) => void) {
  const decisions = new Decisions(tripSaga(steps)).start()
  before(decisions)
  decisions.operate({ verb: 'cancel', reason: 'enough', compensate: false })
  const { status, notUndone, cancelled } = decisions.instance
  assert.deepEqual([status, cancelled], ['cancelled', 'enough'])
  assert.ok(notUndone.every(({ error }) => error.code === 'DRAMATIS_SAGA_CANCELLED'))
  assert.deepEqual(decisions.fold, decisions.instance)
  return notUndone.map(({ step }) => step)
}

describe('an instance that is cancelled as it is notes', () => {
  test('what it has done, the last first, and nothing that has no compensation', () => {
    const steps = ({ step }: TripFlow) => [
      step('one', undoable),
      step('take', taking('r1')),
      step('plain', { call: () => null }),
      step('stay', { until: { TripEnded: (state) => state } }),
    ]

    const left = leave(steps, (decisions) => {
      decisions.settle(succeeded('take'))
      decisions.settle(succeeded('plain'))
    })

    assert.deepEqual(left, ['take', 'one'])
  })

  test('a command under way, which may come through yet', () => {
    const left = leave(
      ({ step }) => [step('one', undoable), step('charge', charging)],
      () => {},
    )

    assert.deepEqual(left, ['charge', 'one'])
  })

  test('a call under way, but none that has failed and is taken back only when it has completed', () => {
    const steps = ({ all, step }: TripFlow) =>
      all('both', [
        step('calling', { call: () => null, ...undoable }),
        step('failed', {
          call: () => null,
          ...undoable,
          retry: { attemptsMax: 1 },
          whenExhausted: 'park',
        }),
        step('attempted', {
          call: () => null,
          compensate: { call: () => null, when: 'attempted' },
          retry: { attemptsMax: 1 },
          whenExhausted: 'park',
        }),
      ])

    const left = leave(steps, (decisions) => {
      decisions.settle(failed('failed'), failed('attempted'))
    })

    assert.deepEqual(left, ['calling', 'attempted'])
  })

  test('a call that has failed and is under way again, once', () => {
    const left = leave(
      ({ step }) =>
        step('call', {
          call: () => null,
          compensate: { call: () => null, when: 'attempted' },
          retry: { retriesAtOnce: 1 },
        }),
      (decisions) => {
        decisions.settle(failed('call'))
      },
    )

    assert.deepEqual(left, ['call'])
  })

  test('what it was about to take back', () => {
    const left = leave(
      ({ step, fail }) => [step('one', undoable), step('two', undoable), fail('three', 'NO')],
      () => {},
    )

    assert.deepEqual(left, ['one', 'two'])
  })
})
