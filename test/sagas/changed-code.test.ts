/** Instances that stand in the middle while their code changes: where they go on, and what an operator has to do. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Runtime } from '../../src/runtime/runtime.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { onEnd, type Scope } from '../support/scope.js'
import {
  Ear,
  type TalkReactions,
  type TalkState,
  type Talks,
  talkApp,
  talkSaga,
  talksOf,
} from './talks.js'
import { passTime } from './trips.js'

type Steps = NonNullable<TalkReactions['steps']>
type Flow = Parameters<Steps>[0]
type Facts = Parameters<NonNullable<TalkReactions['said']>>[2]

/** Has an ear hear it. */
const tells = (word: string) => ({
  send: (_state: TalkState, { send, sagaId }: Pick<Facts, 'send' | 'sagaId'>) =>
    send(Ear, sagaId, 'hear', { word }),
})
const told = (flow: Flow, name: string) =>
  flow.step(name, { ...tells(name), compensate: tells(`no ${name}`) })
const waits = (flow: Flow, more: object = {}) =>
  flow.step('wait', { until: { WordSaid: (state) => state }, ...more })

/** A call that breaks until it is mended, one attempt at a time. */
const breaks = { call: () => Promise.reject(new Error('broken')) }

const before: Steps = (flow) => [told(flow, 'first'), waits(flow), told(flow, 'last')]

interface Deployed extends Talks {
  ends(): Promise<string>
}

/** Opens an instance under one version of the code, and goes on with the next. */
async function deploy(t: Scope, was: Steps, is: Steps, word?: string): Promise<Deployed> {
  const disk = new SimulatedDisk()
  const old = talkSaga({ steps: was })
  const first = await disk.openRuntime({ app: talkApp(old) })
  const talks = talksOf(first, old, disk.clock)
  await talks.open('x')
  if (word !== undefined) await talks.say('x', word)
  await passTime(disk.clock, first.close())

  const saga = talkSaga({ steps: is })
  const second: Runtime = await disk.openRuntime({ app: talkApp(saga) })
  onEnd(t, () => passTime(disk.clock, second.close()))
  const deployed = talksOf(second, saga, disk.clock)
  await deployed.rest()
  return {
    ...deployed,
    ends: () => deployed.pass(deployed.saga('x').ended({ timeoutMs: 3_600_000 })),
  }
}

describe('an instance that waits while its code changes', () => {
  test('reaches a step that was added behind it', async (t) => {
    const { say, hears, ends } = await deploy(t, before, (flow) => [
      ...[told(flow, 'first'), waits(flow), told(flow, 'new'), told(flow, 'last')],
    ])

    await say('x', 'go')

    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['first', 'new', 'last'])
  })

  test('does not go back to a step that was added before it', async (t) => {
    const { say, hears, ends } = await deploy(t, before, (flow) => [
      ...[told(flow, 'first'), told(flow, 'new'), waits(flow), told(flow, 'last')],
    ])

    await say('x', 'go')

    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['first', 'last'])
  })

  test('goes on behind the last step that has begun, in the new order', async (t) => {
    const { say, hears, ends } = await deploy(t, before, (flow) => [
      ...[told(flow, 'last'), waits(flow), told(flow, 'first'), told(flow, 'new')],
    ])

    await say('x', 'go')

    // `last` has never begun, and is passed: `first`, which has, stands behind it now.
    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['first', 'new'])
  })

  test('is taken back by a compensation that was added to what it has done', async (t) => {
    const bare: Steps = (flow) => [flow.step('first', tells('first')), waits(flow)]
    const { saga, hears, ends } = await deploy(t, bare, before)

    await saga('x').cancel({ reason: 'enough' })

    assert.equal(await ends(), 'cancelled')
    assert.deepEqual(await hears('x'), ['first', 'no first'])
  })

  test('is not taken back by a compensation that was removed', async (t) => {
    const { saga, hears, ends } = await deploy(t, before, (flow) => [
      flow.step('first', tells('first')),
      waits(flow),
    ])

    await saga('x').cancel({ reason: 'enough' })

    assert.equal(await ends(), 'cancelled')
    assert.deepEqual(await hears('x'), ['first'])
  })

  test('keeps the deadline that it had begun with', async (t) => {
    const short: Steps = (flow) => [told(flow, 'first'), waits(flow, { withinMs: 60_000 })]
    const long: Steps = (flow) => [told(flow, 'first'), waits(flow, { withinMs: 600_000 })]
    const deployed = await deploy(t, short, long)
    const { saga, clock, ends } = deployed
    const openedMs = clock.nowMs()

    assert.equal(await ends(), 'compensated')

    assert.equal(clock.nowMs() - openedMs, 60_000)
    assert.equal((await saga('x').status()).cause?.error.code, 'DRAMATIS_SAGA_STEP_TIMEOUT')
  })

  test('does what the step says now of the event that comes', async (t) => {
    const { saga, say } = await deploy(t, before, (flow) => [
      told(flow, 'first'),
      flow.step('wait', { until: { WordSaid: (_state, { data }) => ({ words: [data.word] }) } }),
      flow.step('stay', { until: { TalkOpened: (state) => state } }),
    ])

    await say('x', 'go')

    assert.deepEqual(await saga('x').state(), { words: ['go'] })
  })

  test('at a step that is gone stays open until that is skipped', async (t) => {
    const { saga, say, hears, ends } = await deploy(t, before, (flow) => [
      told(flow, 'first'),
      told(flow, 'last'),
    ])
    await say('x', 'go')
    const { status, openSteps } = await saga('x').status()
    assert.deepEqual([status, openSteps.map(({ step }) => step)], ['running', ['wait']])

    await saga('x').skip({ step: 'wait' })

    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['first', 'last'])
  })
})

describe('an instance that is tried again while its code changes', () => {
  const later = { attemptsMax: 2, retriesAtOnce: 0, delayMs: 60_000, delayMsMax: 60_000 }
  const was: Steps = (flow) => [
    told(flow, 'first'),
    flow.step('call', { ...breaks, retry: later }),
    told(flow, 'last'),
  ]

  test('is tried by the policy that holds now', async (t) => {
    const attempts: number[] = []
    const { ends } = await deploy(t, was, (flow) => [
      told(flow, 'first'),
      flow.step('call', {
        call: (_state, { attempt }) => {
          attempts.push(attempt)
          throw new Error('broken')
        },
        retry: { ...later, attemptsMax: 4 },
      }),
    ])

    assert.equal(await ends(), 'compensated')

    assert.deepEqual(attempts, [2, 3, 4])
  })

  test('parks where the policy says so now', async (t) => {
    const { ends } = await deploy(t, was, (flow) => [
      told(flow, 'first'),
      flow.step('call', { ...breaks, retry: later, whenExhausted: 'park' }),
    ])

    await assert.rejects(ends(), { code: 'DRAMATIS_SAGA_HALTED', step: 'call' })
  })

  test('halts at a step that is gone, and goes on when that is skipped', async (t) => {
    const { saga, hears, ends } = await deploy(t, was, (flow) => [
      told(flow, 'first'),
      told(flow, 'last'),
    ])
    await assert.rejects(ends(), { code: 'DRAMATIS_SAGA_HALTED', step: 'call' })
    const [halt] = (await saga('x').status()).halted
    assert.match(halt!.error.message, /it has no such step any more; skip it/)

    await saga('x').skip({ reason: 'removed' })

    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['first', 'last'])
  })

  test('halts again at a step that is gone when that is retried, and may be cancelled', async (t) => {
    const { saga, ends } = await deploy(t, was, (flow) => told(flow, 'first'))
    await assert.rejects(ends(), { code: 'DRAMATIS_SAGA_HALTED', step: 'call' })

    await saga('x').retry()

    await assert.rejects(ends(), { code: 'DRAMATIS_SAGA_HALTED', step: 'call' })
    await saga('x').cancel({ reason: 'gone' })
    assert.equal(await ends(), 'cancelled')
  })
})

describe('an instance that is halted while its code changes', () => {
  const parks = { ...breaks, retry: { attemptsMax: 1 }, whenExhausted: 'park' } as const
  const was: Steps = (flow) => [told(flow, 'first'), flow.step('call', parks), told(flow, 'last')]

  test('goes on with the mended code when it is redriven', async (t) => {
    const { runtime, hears, ends, rest } = await deploy(t, was, (flow) => [
      told(flow, 'first'),
      flow.step('call', { call: () => null }),
      told(flow, 'last'),
    ])

    await runtime.deadLetters.redrive({ handler: 'Talking' })
    await rest()

    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['first', 'last'])
  })

  test('at a step that is gone goes on when that is skipped', async (t) => {
    const { saga, hears, ends } = await deploy(t, was, (flow) => [
      told(flow, 'first'),
      told(flow, 'last'),
    ])

    await saga('x').skip()

    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['first', 'last'])
  })
})

describe('an instance that has been asked while its code changes', () => {
  test('keeps the way it has gone, and the items it has found', async (t) => {
    const flowOf =
      (items: string[], isLong: boolean): Steps =>
      (flow) => [
        flow.when('which', () => isLong, told(flow, 'long'), told(flow, 'short')),
        flow.each(
          'items',
          () => items,
          ({ step }) =>
            step('item', {
              send: (_state, { send, sagaId, item }) => send(Ear, sagaId, 'hear', { word: item }),
              until: { WordSaid: (state) => state },
            }),
        ),
      ]
    const { say, hears, ends } = await deploy(
      t,
      flowOf(['a', 'b'], true),
      flowOf(['c', 'd', 'e'], false),
    )

    await say('x', 'go', 'on')

    assert.equal(await ends(), 'completed')
    assert.deepEqual(await hears('x'), ['long', 'a', 'b'])
  })
})
