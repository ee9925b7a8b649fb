/** What a host may ask of sagas: bad input gives one typed error each, records nothing, and harms nothing. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SagaReference, SagaTypeReference } from '../../src/runtime/saga-reference.js'
import { noting, openTalks, talkSaga } from '../sagas/talks.js'

type Instance = SagaReference<unknown, Readonly<Record<string, unknown>>>

const saga = talkSaga({
  steps: ({ step }) => step('stay', { until: { TalkOpened: (state) => state } }),
  said: noting,
  messages: { note: ({ words }, word: string, { become }) => become({ words: [...words, word] }) },
})

// biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse.
type Anything = any

const refusals: readonly (readonly [
  why: string,
  argument: RegExp,
  act: (instance: Instance & Anything, all: SagaTypeReference & Anything) => Promise<unknown>,
])[] = [
  ['an unknown option of retry', /retry/, (one) => one.retry({ steps: 'stay' })],
  ['no options of retry', /retry/, (one) => one.retry(null)],
  ['a step that is no text', /retry\.step/, (one) => one.retry({ step: 7 })],
  ['a step without a name', /skip\.step/, (one) => one.skip({ step: '' })],
  ['an unknown option of skip', /skip/, (one) => one.skip({ why: 'so' })],
  ['an empty reason', /skip\.reason/, (one) => one.skip({ step: 'stay', reason: ' ' })],
  ['a reason that is too long', /retry\.reason/, (one) => one.retry({ reason: 'x'.repeat(1_001) })],
  ['no options of cancel', /cancel/, (one) => one.cancel()],
  ['no reason to cancel', /cancel\.reason/, (one) => one.cancel({})],
  ['an empty reason to cancel', /cancel\.reason/, (one) => one.cancel({ reason: '' })],
  ['an unknown option of cancel', /cancel/, (one) => one.cancel({ reason: 'a', step: 'stay' })],
  [
    'a compensation that is no yes or no',
    /cancel\.compensate/,
    (one) => one.cancel({ reason: 'a', compensate: 'no' }),
  ],
  ['a negative patience', /ended\.timeoutMs/, (one) => one.ended({ timeoutMs: -1 })],
  ['too much patience', /ended\.timeoutMs/, (one) => one.ended({ timeoutMs: 3_600_001 })],
  ['a signal that is none', /ended\.signal/, (one) => one.ended({ signal: {} })],
  ['an unknown option of ended', /ended/, (one) => one.ended({ timeout: 1 })],
  ['an unknown message', /message/, (one) => one.send('notes')],
  ['a message named after what every object has', /message/, (one) => one.send('toString')],
  ['the place after no page', /after|token/i, (_one, all) => all.list({ after: 'nowhere' })],
]

describe('a saga refuses', () => {
  for (const [why, argument, act] of refusals) {
    test(why, async (t) => {
      const { runtime, open, rest } = await openTalks(t, saga)
      await open('x')
      const { head } = runtime.log

      await assert.rejects(
        async () => await act(runtime.saga(saga, 'x') as Instance, runtime.saga(saga)),
        (error: { readonly code: string; readonly message: string }) => {
          assert.match(error.code, /^DRAMATIS_INVALID_(ARGUMENT|TOKEN)$/)
          assert.match(error.message, argument)
          return true
        },
      )

      await rest()
      assert.equal(runtime.log.head, head)
      await runtime.saga(saga, 'x').send('note', 'still here')
      assert.deepEqual(await runtime.saga(saga, 'x').state(), { words: ['still here'] })
    })
  }

  test('everything once the runtime is closed', async (t) => {
    const { runtime, open } = await openTalks(t, saga)
    await open('x')
    const [one, all] = [runtime.saga(saga, 'x') as Instance, runtime.saga(saga)]
    await runtime.close()

    const asked: readonly (() => Promise<unknown>)[] = [
      () => one.state(),
      () => one.status(),
      () => one.timeline(),
      () => one.ended(),
      () => one.send('note', 'late'),
      () => one.retry(),
      () => one.skip(),
      () => one.cancel({ reason: 'late' }),
      () => all.list(),
      () => all.pause(),
      () => all.resume(),
    ]
    for (const ask of asked) await assert.rejects(ask(), { code: 'DRAMATIS_CLOSED' }, `${ask}`)
  })
})

describe('waiting for the end of an instance', () => {
  test('gives up when its time is over, and the instance goes on', async (t) => {
    const { runtime, open, pass } = await openTalks(t, saga)
    await open('x')

    await assert.rejects(pass(runtime.saga(saga, 'x').ended({ timeoutMs: 50 })), {
      code: 'DRAMATIS_SAGA_NOT_ENDED',
      status: 'running',
    })
    await assert.rejects(pass(runtime.saga(saga, 'nobody').ended({ timeoutMs: 50 })), {
      code: 'DRAMATIS_SAGA_NOT_ENDED',
      status: 'none',
    })

    await open('x')
    assert.equal(await runtime.saga(saga, 'x').ended(), 'completed')
  })

  test('ends when its caller gives up, whenever that is', async (t) => {
    const { runtime, open } = await openTalks(t, saga)
    await open('x')
    const caller = new AbortController()
    const waits = runtime.saga(saga, 'x').ended({ signal: caller.signal })

    caller.abort(new Error('gone'))

    const gone = { code: 'DRAMATIS_SAGA_WAIT_ABORTED', sagaId: 'x' }
    await assert.rejects(waits, gone)
    await assert.rejects(runtime.saga(saga, 'x').ended({ signal: caller.signal }), gone)
  })

  test('may begin before the instance does', async (t) => {
    const { runtime, open } = await openTalks(t, saga)
    const ended = runtime.saga(saga, 'x').ended()

    await open('x')
    await open('x')

    assert.equal(await ended, 'completed')
  })
})
