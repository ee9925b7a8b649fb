/** What operators see of all instances of a saga, page by page, and after a restart. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AnySaga } from '../../src/define/saga/saga.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { onEnd } from '../support/scope.js'
import { heard, openTalks, type Talks, talkApp, talkSaga, talksOf } from './talks.js'
import { passTime } from './trips.js'

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** Ends as the words about it say; whether it can be taken back, its id says. */
const anyEnd = talkSaga({
  steps: ({ step }) => [
    step('one', {
      compensate: {
        call: (_state, { sagaId, signal }) => {
          if (sagaId.startsWith('failed')) throw new Error('never')
          if (sagaId.startsWith('compensating')) return untilAborted(signal)
        },
        retry: { attemptsMax: 1 },
      },
    }),
    step('two', { until: { TalkOpened: (state) => state } }),
  ],
  said: (_state, { data: { word } }, tools) => {
    if (word === 'completed') return tools.complete()
    return word === 'halted' ? heard(tools, 'nonsense') : tools.fail(word.toUpperCase())
  },
})

const statuses = [
  ...['running', 'compensating', 'halted', 'completed', 'compensated', 'failed', 'cancelled'],
] as const

/** Two instances of every status, a second apart. */
async function bringAll(talks: Talks, saga: AnySaga): Promise<void> {
  const { runtime, clock } = talks
  for (const round of [1, 2]) {
    for (const status of statuses) {
      const about = `${status}-${round}`
      clock.advance(1_000)
      await talks.open(about)
      if (status === 'cancelled') await talks.saga(about).cancel({ reason: 'enough' })
      else if (status !== 'running') await talks.say(about, status)
      await talks.rest()
    }
  }
  await runtime.caughtUp(runtime.log.head, { view: saga.instances })
}

async function listed(runtime: Runtime, options: object = {}): Promise<string[]> {
  const { rows } = await runtime.saga(anyEnd).list(options)
  return rows.map(({ sagaId }) => sagaId)
}

const everyone = [1, 2].flatMap((round) => statuses.map((status) => `${status}-${round}`))

describe('the list of instances', () => {
  test('has those of each status, in the order of their starts, or the other way round', async (t) => {
    const talks = await openTalks(t, anyEnd)
    await bringAll(talks, anyEnd)
    const { runtime } = talks

    for (const status of statuses) {
      const both = [`${status}-1`, `${status}-2`]
      assert.deepEqual(await listed(runtime, { status }), both)
      assert.deepEqual(await listed(runtime, { status, reverse: true }), both.reverse())
    }
    assert.deepEqual(await listed(runtime), everyone)
    assert.deepEqual(await listed(runtime, { reverse: true }), everyone.toReversed())
  })

  test('is told page by page, nothing twice and nothing left out', async (t) => {
    const talks = await openTalks(t, anyEnd)
    await bringAll(talks, anyEnd)

    for (const reverse of [false, true]) {
      for (const limit of [1, 4, 14, 1_000]) {
        const pages: string[] = []
        let after: string | null = null
        do {
          const page = await talks.runtime.saga(anyEnd).list({ limit, after, reverse })
          assert.ok(page.rows.length <= limit)
          pages.push(...page.rows.map(({ sagaId }) => sagaId))
          after = page.next
        } while (after !== null)
        assert.deepEqual(pages, reverse ? everyone.toReversed() : everyone)
      }
    }
  })

  test('says where an instance stands, since when, and why', async (t) => {
    const talks = await openTalks(t, anyEnd)
    const beganMs = talks.clock.nowMs()
    await bringAll(talks, anyEnd)

    const { rows } = await talks.runtime.saga(anyEnd).list({ limit: statuses.length })

    assert.deepEqual(
      rows.map(({ status, isHalted, haltedAt, step, reason, startedAt }) => [
        ...[status, isHalted, haltedAt.join(), step, reason, startedAt.getTime() - beganMs],
      ]),
      [
        ['running', false, '', 'two', null, 1_000],
        ['compensating', false, '', 'one/undo', failedAs('COMPENSATING'), 2_000],
        ['running', true, '#1', '#1', 'Ear-halted-1 refused hear: NONSENSE.', 3_000],
        ['completed', false, '', 'two', null, 4_000],
        ['compensated', false, '', 'one/undo', failedAs('COMPENSATED'), 5_000],
        ['failed', false, '', 'one/undo', failedAs('FAILED'), 6_000],
        ['cancelled', false, '', 'one/undo', 'enough', 7_000],
      ],
    )
  })

  for (const [why, options] of [
    ['a status that there is none of', { status: 'none' }],
    ['no instances at a time', { limit: 0 }],
    ['too many at a time', { limit: 1_001 }],
    ['an unknown option', { state: 'running' }],
  ] as const) {
    test(`refuses ${why}`, async (t) => {
      const { runtime } = await openTalks(t, anyEnd)

      await assert.rejects(runtime.saga(anyEnd).list(options as never), {
        code: 'DRAMATIS_INVALID_ARGUMENT',
      })
    })
  }
})

function failedAs(reason: string): string {
  return `Expected step on.WordSaid to succeed, found ${reason}.`
}

/** What can be seen of every instance. */
async function seen(runtime: Runtime, saga: AnySaga, ids: readonly string[]): Promise<unknown> {
  const instances = ids.map(async (id) => [
    await runtime.saga(saga, id).status(),
    await runtime.saga(saga, id).timeline(),
  ])
  return [await runtime.saga(saga).list(), await Promise.all(instances)]
}

test('operators see the same after a restart', async (t) => {
  const disk = new SimulatedDisk()
  const app = talkApp(anyEnd)
  const first = await disk.openRuntime({ app })
  await bringAll(talksOf(first, anyEnd, disk.clock), anyEnd)
  const before = await seen(first, anyEnd, everyone)
  await passTime(disk.clock, first.close())

  const second = await disk.openRuntime({ app })
  onEnd(t, () => passTime(disk.clock, second.close()))

  assert.deepEqual(await seen(second, anyEnd, everyone), before)
})
