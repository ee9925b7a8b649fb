/** What operators see of one instance: its timeline, to the millisecond. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { RetryAfterError } from '../../src/define/handler-errors.js'
import { Ear, noting, openTalks, talkSaga } from './talks.js'

describe('the timeline of an instance', () => {
  test('says of every attempt and every operator when, for how long, and how it went', async (t) => {
    const [slow, priced] = [createDeferred<null>(), createDeferred<null>()]
    const saga = talkSaga({
      steps: ({ step }) => [
        step('accept'),
        step('tell', {
          send: (_state, { send, sagaId }) => send(Ear, sagaId, 'hear', { word: 'a' }),
        }),
        step('price', {
          call: async (_state, { attempt }) => {
            if (attempt === 1) throw new RetryAfterError('busy', 5_000)
            await (attempt === 2 ? slow.promise : priced.promise)
          },
          retry: { attemptsMax: 2 },
          whenExhausted: 'park',
        }),
        step('wait', { until: { TalkOpened: (state) => state } }),
      ],
    })
    const talks = await openTalks(t, saga)
    const { clock } = talks
    const beganMs = clock.nowMs()
    const after = async (delayMs: number): Promise<void> => {
      clock.advance(delayMs)
      await talks.rest()
    }

    await talks.open('x')
    await after(5_000)
    await after(250)
    slow.reject(new Error('too slow'))
    await talks.rest()
    await after(60_000)
    await talks.saga('x').retry({ reason: 'faster now' })
    await talks.rest()
    await after(40)
    priced.resolve(null)
    await talks.rest()
    await after(10_000)
    const { openSteps } = await talks.saga('x').status()
    await talks.open('x')

    assert.deepEqual(openSteps, [{ step: 'wait', status: 'waiting', attempt: 1, error: null }])
    const timeline = await talks.saga('x').timeline()
    assert.deepEqual(
      timeline.map(({ step, kind, attempt, startedAt, durationMs, outcome, error, reason }) => [
        ...[step, kind, attempt, startedAt.getTime() - beganMs, durationMs, outcome],
        error?.message ?? reason,
      ]),
      [
        ['accept', 'mark', 0, 0, 0, 'completed', null],
        ['tell', 'send', 1, 0, 0, 'completed', null],
        ['price', 'call', 1, 0, 0, 'retried', 'busy'],
        ['price', 'call', 2, 5_000, 250, 'halted', 'too slow'],
        ['price', 'operator', 2, 65_250, 0, 'retry', 'faster now'],
        ['price', 'call', 3, 65_250, 40, 'completed', null],
        ['wait', 'wait', 1, 65_290, 10_000, 'completed', null],
      ],
    )
    for (const { startedAt, endedAt, durationMs } of timeline) {
      assert.equal(endedAt!.getTime() - startedAt.getTime(), durationMs)
    }
  })

  test('of an instance that does not exist is refused', async (t) => {
    const talks = await openTalks(t, talkSaga({ said: noting }))

    await assert.rejects(talks.saga('x').timeline(), {
      code: 'DRAMATIS_SAGA_NOT_FOUND',
      sagaId: 'x',
    })
  })
})
