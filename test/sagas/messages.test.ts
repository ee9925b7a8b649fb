/** Messages from outside: what they lead to, and what refuses them. Nothing is recorded by a refusal. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Runtime } from '../../src/runtime/runtime.js'
import { heard, openTalks, talkSaga } from './talks.js'

const saga = talkSaga({
  steps: ({ step }) => [
    step('mark', { compensate: { call: (_state, { signal }) => untilAborted(signal) } }),
    step('stay', { until: { TalkOpened: (_state, _event, { ignore }) => ignore() } }),
  ],
  said: (_state, { data: { word } }, tools) => {
    if (word === 'end') return tools.complete()
    if (word === 'fail') return tools.fail('SAID_SO')
    return heard(tools, word)
  },
  messages: {
    tell: (_state, { word }: { readonly word: string }, tools) => heard(tools, word),
    note: ({ words }, word: string, { become }) => become({ words: [...words, word] }),
    throw: () => {
      throw new Error('a mistake')
    },
    finish: (_state, _data, { complete }) => complete(),
  },
})

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** Sends a message that is refused. */
async function refused(
  runtime: Runtime,
  send: () => Promise<void>,
  expected: object,
): Promise<void> {
  const { head } = runtime.log
  await assert.rejects(send(), expected)
  assert.equal(runtime.log.head, head)
}

describe('a message from outside', () => {
  test('has led to what it leads to when it resolves', async (t) => {
    const { runtime, open } = await openTalks(t, saga)
    await open('x')

    await runtime.saga(saga, 'x').send('note', 'one')

    assert.deepEqual(await runtime.saga(saga, 'x').state(), { words: ['one'] })
  })

  test('may send commands', async (t) => {
    const { runtime, open, rest, hears } = await openTalks(t, saga)
    await open('x')

    await runtime.saga(saga, 'x').send('tell', { word: 'hello' })
    await rest()

    assert.deepEqual(await hears('x'), ['hello'])
  })

  test('may complete the instance', async (t) => {
    const { runtime, open } = await openTalks(t, saga)
    await open('x')

    await runtime.saga(saga, 'x').send('finish')

    assert.equal(await runtime.saga(saga, 'x').ended(), 'completed')
  })

  test('is refused by an instance that does not exist', async (t) => {
    const { runtime } = await openTalks(t, saga)

    await refused(runtime, () => runtime.saga(saga, 'x').send('note', 'one'), {
      code: 'DRAMATIS_SAGA_NOT_FOUND',
      saga: 'Talking',
      sagaId: 'x',
    })
  })

  for (const [why, word, expected] of [
    ['has ended', 'end', { code: 'DRAMATIS_SAGA_STATE', status: 'completed' }],
    ['is being taken back', 'fail', { code: 'DRAMATIS_SAGA_STATE', status: 'compensating' }],
    ['is halted', 'nonsense', { code: 'DRAMATIS_SAGA_HALTED', step: '#1' }],
  ] as const) {
    test(`is refused by an instance that ${why}`, async (t) => {
      const { runtime, open, say } = await openTalks(t, saga)
      await open('x')
      await say('x', word)

      await refused(runtime, () => runtime.saga(saga, 'x').send('note', 'one'), expected)
    })
  }

  test('is refused when its reaction throws, and the instance is as it was', async (t) => {
    const { runtime, open } = await openTalks(t, saga)
    await open('x')

    await refused(runtime, () => runtime.saga(saga, 'x').send('throw'), {
      code: 'DRAMATIS_SAGA_CODE',
      message: /Expected messages\.throw of saga Talking to work, found: Error: a mistake/,
    })

    await runtime.saga(saga, 'x').send('note', 'one')
    assert.deepEqual(await runtime.saga(saga, 'x').state(), { words: ['one'] })
  })

  test('is refused when the saga has no such message, or its data cannot be recorded', async (t) => {
    const { runtime, open } = await openTalks(t, saga)
    await open('x')
    const instance = runtime.saga(saga, 'x')

    await refused(runtime, () => instance.send('tells', {}), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
      message: /a message of saga Talking \(tell, note, throw, finish\)/,
    })
    await refused(runtime, () => instance.send('note', () => 7), { code: 'DRAMATIS_EVENT_VALUE' })
  })
})
