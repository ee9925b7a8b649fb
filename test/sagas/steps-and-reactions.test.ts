/** Sagas with both steps and reactions: what a reaction does to the steps. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecordedError } from '../../src/sagas/recorded-error.js'
import { Ear, heard, noting, openTalks, talkSaga } from './talks.js'

/** Tells ears, waits for a talk of its own, and tells them again. */
const saga = talkSaga({
  steps: ({ step }) => [
    step('hello', {
      send: (_state, { send, sagaId }) => send(Ear, sagaId, 'hear', { word: 'hello' }),
      compensate: {
        send: (_state, { send, sagaId, cause }) =>
          send(Ear, sagaId, 'hear', { word: `no hello: ${cause?.reason}` }),
      },
    }),
    step('wait', { until: { TalkOpened: (state) => state } }),
    step('bye', {
      send: ({ words }, { send, sagaId }) => send(Ear, sagaId, 'hear', { word: `bye ${words}` }),
    }),
  ],
  said: (state, event, tools) => {
    const { word } = event.data
    if (word === 'stop') return tools.fail('STOPPED')
    if (word === 'enough') return tools.complete()
    if (word === 'aside') return heard(tools, 'aside')
    if (word === 'nonsense') return heard(tools, 'nonsense')
    return noting(state, event, tools)
  },
})

describe('a saga of steps and reactions', () => {
  test('completes when its steps have: a reaction leaves a state for them', async (t) => {
    const { runtime, open, say, hears } = await openTalks(t, saga)
    await open('x')
    await say('x', 'one', 'aside')

    await open('x')

    assert.equal(await runtime.saga(saga, 'x').ended(), 'completed')
    assert.deepEqual(await hears('x'), ['hello', 'aside', 'bye one'])
  })

  test('takes its steps back when a reaction fails it', async (t) => {
    const { runtime, open, say, hears } = await openTalks(t, saga)
    await open('x')

    await say('x', 'aside')
    await say('x', 'stop')

    assert.equal(await runtime.saga(saga, 'x').ended(), 'compensated')
    // What a reaction has sent has no compensation.
    assert.deepEqual(await hears('x'), ['hello', 'aside', 'no hello: STOPPED'])
    const { cause } = await runtime.saga(saga, 'x').status()
    assert.deepEqual([cause!.step, (cause!.error as RecordedError).reason], [null, 'STOPPED'])
    const timeline = await runtime.saga(saga, 'x').timeline()
    assert.deepEqual(
      timeline.map(({ step, outcome }) => `${step} ${outcome}`),
      ['hello completed', 'wait cancelled', '#1 completed', 'hello/undo completed'],
    )
  })

  test('ends before its steps have when a reaction completes it, and takes nothing back', async (t) => {
    const { runtime, open, say, hears } = await openTalks(t, saga)
    await open('x')

    await say('x', 'enough')

    assert.equal(await runtime.saga(saga, 'x').ended(), 'completed')
    assert.deepEqual(await hears('x'), ['hello'])
    const timeline = await runtime.saga(saga, 'x').timeline()
    assert.deepEqual(
      timeline.map(({ step, outcome }) => `${step} ${outcome}`),
      ['hello completed', 'wait cancelled'],
    )
  })

  test('waits with its end for the commands of its reactions', async (t) => {
    const { runtime, open, say, hears } = await openTalks(t, saga)
    await open('x')
    await say('x', 'nonsense')
    await assert.rejects(runtime.saga(saga, 'x').ended(), { code: 'DRAMATIS_SAGA_HALTED' })

    await open('x')
    assert.deepEqual(await hears('x'), ['hello'])
    await runtime.saga(saga, 'x').skip()

    assert.equal(await runtime.saga(saga, 'x').ended(), 'completed')
    assert.deepEqual(await hears('x'), ['hello', 'bye '])
  })

  test('has its reaction asked before its step, at an event that both take', async (t) => {
    const both = talkSaga({
      steps: ({ step }) => [
        step('wait', {
          until: {
            WordSaid: ({ words }) => ({ words: [...words, 'step'] }),
          },
        }),
        step('stay', { until: { TalkOpened: (state) => state } }),
      ],
      said: (state, event, tools) => noting(state, event, tools),
    })
    const { runtime, open, say } = await openTalks(t, both)
    await open('x')

    await say('x', 'one', 'two')

    assert.deepEqual(await runtime.saga(both, 'x').state(), { words: ['one', 'step', 'two'] })
  })

  test('has an event that comes before its step told to the reaction alone', async (t) => {
    const early = talkSaga({
      steps: ({ step }) => [
        step('open', { until: { TalkOpened: (state) => state } }),
        step('wait', { until: { WordSaid: ({ words }) => ({ words: [...words, 'step'] }) } }),
      ],
      said: noting,
    })
    const { open, say, saga: instance } = await openTalks(t, early)
    await open('x')
    await say('x', 'one')

    await open('x')

    const { kept, openSteps } = await instance('x').status()
    assert.deepEqual([kept, openSteps.map(({ step }) => step)], [[], ['wait']])
    assert.deepEqual(await instance('x').state(), { words: ['one'] })
  })
})
