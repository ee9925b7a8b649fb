/** Reactions to events that throw: tried again, parked with what comes behind, mended, and redriven. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AnySaga } from '../../src/define/saga/saga.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { noting, openTalks, type TalkReactions, talkSaga } from './talks.js'

type Again = (runtime: Runtime, saga: AnySaga) => Promise<unknown>

/** What the code cannot do yet. */
class Mistake {
  isMended = false
  asked = 0

  readonly reactions: TalkReactions = {
    opened: () => [],
    said: (state, event, tools) => {
      if (event.data.word !== 'bad') return noting(state, event, tools)
      this.asked++
      if (this.isMended) return noting(state, event, tools)
      throw new Error('a mistake')
    },
    retry: { attemptsMax: 3, retriesAtOnce: 0, delayMs: 1_000, delayMsMax: 1_000 },
  }
}

describe('a reaction that throws', () => {
  test('is asked again by the policy of the saga, and then its instance is parked with what waits', async (t) => {
    const mistake = new Mistake()
    const saga = talkSaga(mistake.reactions)
    const { runtime, open, say, settled, recorded } = await openTalks(t, saga)
    await open('x')
    await open('y')

    await say('x', 'bad', 'behind')
    await say('y', 'other')
    await settled()

    assert.equal(mistake.asked, 3)
    const { entries } = await runtime.deadLetters.list()
    assert.deepEqual(
      entries.map(({ handler, key, queued, attempts, error }) => ({
        ...{ handler, key, queued, attempts, code: error.code },
      })),
      [{ handler: 'Talking', key: 'x', queued: 2, attempts: 3, code: 'DRAMATIS_SAGA_CODE' }],
    )
    assert.deepEqual(await recorded('x'), ['Started'])
    assert.deepEqual(await runtime.saga(saga, 'y').state(), { words: ['other'] })
    const { status, halted, parked } = await runtime.saga(saga, 'x').status()
    assert.deepEqual([status, halted, parked?.code], ['running', [], 'DRAMATIS_SAGA_CODE'])
  })

  for (const [how, again] of [
    ['is redriven', (runtime, saga) => runtime.deadLetters.redrive({ handler: saga.name })],
    ['is retried by its instance', (runtime, saga) => runtime.saga(saga, 'x').retry()],
  ] as const satisfies readonly (readonly [string, Again])[]) {
    test(`goes on where it stood, in order, when it is mended and ${how}`, async (t) => {
      const mistake = new Mistake()
      const saga = talkSaga(mistake.reactions)
      const { runtime, open, say, settled } = await openTalks(t, saga)
      await open('x')
      await say('x', 'before', 'bad', 'behind')
      await settled()
      mistake.isMended = true

      await again(runtime, saga)
      await settled()

      assert.deepEqual(await runtime.saga(saga, 'x').state(), {
        words: ['before', 'bad', 'behind'],
      })
      assert.deepEqual((await runtime.deadLetters.list()).entries, [])
    })
  }

  test('is given up with its event when that is discarded, and what waited goes on', async (t) => {
    const saga = talkSaga(new Mistake().reactions)
    const { runtime, open, say, settled } = await openTalks(t, saga)
    await open('x')
    await say('x', 'before', 'bad', 'behind')
    await settled()

    await runtime.deadLetters.discard({ handler: 'Talking', key: 'x' }, { reason: 'nonsense' })
    await settled()

    assert.deepEqual(await runtime.saga(saga, 'x').state(), { words: ['before', 'behind'] })
  })

  test('matters no more when its instance is cancelled: what waited is let go', async (t) => {
    const saga = talkSaga(new Mistake().reactions)
    const { runtime, open, say, settled } = await openTalks(t, saga)
    await open('x')
    await say('x', 'bad', 'behind')
    await settled()

    await runtime.saga(saga, 'x').cancel({ reason: 'enough' })
    await settled()

    assert.equal(await runtime.saga(saga, 'x').ended(), 'cancelled')
    assert.deepEqual((await runtime.deadLetters.list()).entries, [])
  })

  test('at the event that starts an instance leaves none, until it is mended and redriven', async (t) => {
    let isMended = false
    const saga = talkSaga({
      opened: (_state, _event, { become }) => {
        if (!isMended) throw new Error('a mistake')
        return become({ words: ['opened'] })
      },
      retry: { attemptsMax: 1 },
    })
    const { runtime, open, settled } = await openTalks(t, saga)
    await open('x')
    await settled()
    assert.equal(await runtime.saga(saga, 'x').state(), undefined)

    isMended = true
    await runtime.deadLetters.redrive()
    await settled()

    assert.deepEqual(await runtime.saga(saga, 'x').state(), { words: ['opened'] })
  })
})
