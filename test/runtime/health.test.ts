/** How a runtime says that it is: alive, ready, and what is not well. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { openRuntime, type RuntimeOptions, type RuntimeStatus } from '../../src/index.js'
import { Health } from '../../src/runtime/health.js'
import {
  type HealthFigures,
  type HealthThresholds,
  healthOf,
  healthThresholds,
} from '../../src/runtime/health-policy.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { ChildScript } from '../support/child-process.js'
import { onEnd } from '../support/scope.js'
import { cheering, club, Member } from './operations/club.js'

/** A runtime in memory, unless it is given a directory. */
async function open(t: TestContext, options: Partial<RuntimeOptions> = {}) {
  const runtime = await openRuntime({ app: club, workers: 'inline', ...options })
  onEnd(t, () => runtime.close())
  return runtime
}

test('a runtime at which nothing is wrong is alive, ready and healthy', async (t) => {
  const runtime = await open(t)

  assert.deepEqual(await runtime.health(), {
    isLive: true,
    isReady: true,
    state: 'healthy',
    reasons: [],
    readers: [],
  })
})

test('a parked key and a paused handler degrade it, until somebody sees to them', async (t) => {
  const runtime = await open(t)
  await runtime.actor(Member, '7').send('join', { name: 'seven', email: '7@club.test' })
  const { position } = await runtime.actor(Member, '7').send('score', { points: 1 })
  await runtime.caughtUp(position, { handler: cheering })
  await runtime.handler(cheering).pause()

  const { isLive, isReady, state, reasons } = await runtime.health()

  assert.deepEqual([isLive, isReady, state], [true, true, 'degraded'])
  assert.deepEqual(
    reasons.map(({ code, name, isBlocking }) => [code, name, isBlocking]),
    [
      ['HANDLER_PAUSED', 'cheering', false],
      ['KEYS_PARKED', null, false],
    ],
  )
  await runtime.handler(cheering).resume()
  assert.equal((await runtime.health({ parkedKeysMax: 1 })).state, 'healthy')
})

test('a disk without room makes it unready, and a runtime says how much there is', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const freeBytesMin = 2 ** 52
  const runtime = await open(t, { dataDir: directory.path, freeBytesMin })

  const { isLive, isReady, state, reasons } = await runtime.health()

  assert.deepEqual([isLive, isReady, state], [true, false, 'unready'])
  assert.deepEqual(
    reasons.map(({ code, isBlocking }) => [code, isBlocking]),
    [['DISK_FULL', true]],
  )
  assert.match(reasons[0]!.message, /^\d+ bytes are free; commands need 4503599627370496\.$/)
})

test('a process that goes on reading what was degrades it, until that process has ended', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const runtime = await open(t, { dataDir: directory.path })
  const member = runtime.actor(Member, '1')
  await member.send('join', { name: 'one', email: '1@club.test' })
  const options = { path: join(directory.path, 'log') }
  const reader = new ChildScript(t, new URL('./holding-reader.js', import.meta.url), { options })
  const held = Number((await reader.said('holds ')).slice('holds '.length))
  for (let points = 0; points < 5; points++) await member.send('score', { points: 100 })

  const few = await runtime.health({ freeBytesLow: 0, readerBehindMax: 100 })
  const many = await runtime.health({ freeBytesLow: 0, readerBehindMax: 3 })
  await reader.kill()
  const after = await runtime.health({ freeBytesLow: 0, readerBehindMax: 3 })

  assert.deepEqual(few.reasons, [])
  const { pid, transaction } = few.readers.find((each) => each.directory === 'log')!.oldest!
  assert.deepEqual([pid, transaction], [reader.pid, held])
  assert.deepEqual([many.state, many.reasons[0]?.code], ['degraded', 'READER_BEHIND'])
  const says = `Process ${reader.pid} reads log as of transaction ${held}, `
  assert.ok(many.reasons[0]!.message.startsWith(says), many.reasons[0]!.message)
  assert.deepEqual(after.reasons, [])
})

test('a closed runtime still answers, and says that it is', async (t) => {
  const runtime = await open(t)
  const closing = runtime.close()

  const meanwhile = await runtime.health()
  await closing
  const after = await runtime.health()

  assert.deepEqual([meanwhile.isLive, meanwhile.isReady], [true, false])
  assert.deepEqual([after.isLive, after.isReady, after.state], [false, false, 'dead'])
  assert.deepEqual(
    after.reasons.map((each) => each.code),
    ['CLOSED'],
  )
})

test('whoever asks again notices what stands still, and what is stopped', async (t) => {
  const clock = new ManualClock()
  const health = new Health({ readRoom: async () => null, readReaders: () => [] }, clock)
  const well = (await open(t)).status()
  const [handler] = well.handlers
  const codesAt = async (
    position: number,
    store: RuntimeStatus['store']['status'] = 'open',
  ): Promise<string[]> => {
    const handlers = [{ ...handler!, position, lag: 10 - position }]
    const status = { ...well, handlers, store: { ...well.store, status: store } }
    const thresholds = { stalledMsMax: 5_000, stoppedMsMax: 5_000 }
    const { isLive, reasons } = await health.ask(() => status, thresholds)
    return [...reasons.map((each) => each.code), ...(isLive ? [] : ['not live'])]
  }

  assert.deepEqual(await codesAt(3), [])
  clock.advance(5_001)
  assert.deepEqual(await codesAt(3), ['HANDLER_STALLED'])
  assert.deepEqual(await codesAt(4), [])
  clock.advance(5_001)
  assert.deepEqual(await codesAt(10), [])
  assert.deepEqual(await codesAt(10, 'stopped'), ['STORE_STOPPED'])
  clock.advance(5_001)
  assert.deepEqual(await codesAt(10, 'stopped'), ['STORE_STOPPED', 'not live'])
  assert.deepEqual(await codesAt(10), [])
})

for (const options of [{ lagMaximum: 5 }, { lagMax: -1 }, { parkedKeysMax: '3' }]) {
  test(`${JSON.stringify(options)} is refused`, async (t) => {
    const runtime = await open(t)

    await assert.rejects(runtime.health(options as Partial<HealthThresholds>), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

/** What is changed of a status at which nothing is wrong, and what follows. */
interface Case {
  readonly status?: (status: RuntimeStatus) => Partial<RuntimeStatus>
  readonly figures?: Partial<HealthFigures>
  readonly says: readonly [code: string, name: string | null, state: string]
}

const cases: Readonly<Record<string, Case>> = {
  'a store that has stopped': {
    status: ({ store }) => ({ store: { ...store, status: 'stopped' } }),
    figures: { stoppedMs: 10 },
    says: ['STORE_STOPPED', null, 'unready'],
  },
  'a store that has been stopped for too long': {
    status: ({ store }) => ({ store: { ...store, status: 'stopped' } }),
    figures: { stoppedMs: 60_001 },
    says: ['STORE_STOPPED', null, 'dead'],
  },
  'actors that are read back after a failed commit': {
    status: ({ actors }) => ({ actors: { ...actors, phase: 'recovering' } }),
    says: ['STORE_STOPPED', null, 'unready'],
  },
  'little room on the disk': {
    figures: { room: { freeBytes: 5_000, freeBytesMin: 4_000 } },
    says: ['DISK_LOW', null, 'degraded'],
  },
  'no room on the disk': {
    figures: { room: { freeBytes: 5_000, freeBytesMin: 6_000 } },
    says: ['DISK_FULL', null, 'unready'],
  },
  'somebody who reads what was long ago': {
    figures: {
      readers: [
        { directory: 'log', slots: 9, oldest: { pid: 7, transaction: 1, behind: 10_000 } },
        { directory: 'work', slots: 9, oldest: { pid: 7, transaction: 1, behind: 10_001 } },
      ],
    },
    says: ['READER_BEHIND', null, 'degraded'],
  },
  'an actor that cannot be read back': {
    status: ({ actors }) => {
      const failure = { streamId: 'A-1', error: new Error('no'), failures: 1, retryAt: new Date() }
      return { actors: { ...actors, recoveryFailures: [failure] } }
    },
    says: ['ACTORS_UNREADABLE', null, 'degraded'],
  },
  'a view that fails': {
    status: ({ views }) => ({
      views: views.slice(0, 1).map((each) => ({ ...each, state: 'failing' })),
    }),
    says: ['VIEW_FAILING', 'Points', 'degraded'],
  },
  'a view that is far behind': {
    status: ({ views }) => ({ views: views.slice(0, 1).map((each) => ({ ...each, lag: 10_001 })) }),
    says: ['VIEW_LAGGING', 'Points', 'degraded'],
  },
  'a view that stands still': {
    status: ({ views }) => ({ views: views.slice(0, 1).map((each) => ({ ...each, lag: 3 })) }),
    figures: { stalledMs: (kind) => (kind === 'view' ? 60_001 : 0) },
    says: ['VIEW_STALLED', 'Points', 'degraded'],
  },
  'a handler that fails': {
    status: ({ handlers }) => ({ handlers: [{ ...handlers[0]!, state: 'failing' }] }),
    says: ['HANDLER_FAILING', 'cheering', 'degraded'],
  },
  'a handler most of whose keys fail': {
    status: ({ handlers }) => ({ handlers: [{ ...handlers[0]!, state: 'breaker-open' }] }),
    says: ['BREAKER_OPEN', 'cheering', 'degraded'],
  },
  'a handler that is far behind': {
    status: ({ handlers }) => ({ handlers: [{ ...handlers[0]!, lag: 10_001 }] }),
    says: ['HANDLER_LAGGING', 'cheering', 'degraded'],
  },
  'a handler that stands still': {
    status: ({ handlers }) => ({ handlers: [{ ...handlers[0]!, lag: 3 }] }),
    figures: { stalledMs: (kind) => (kind === 'handler' ? 60_001 : 0) },
    says: ['HANDLER_STALLED', 'cheering', 'degraded'],
  },
  'timers that fail': {
    status: ({ timers }) => ({ timers: { ...timers, failing: 2 } }),
    says: ['TIMERS_FAILING', null, 'degraded'],
  },
  'timers that cannot be written': {
    status: ({ timers }) => ({ timers: { ...timers, error: { name: 'Error', message: 'no' } } }),
    says: ['TIMERS_FAILING', null, 'degraded'],
  },
  'a timer that is late': {
    status: ({ timers }) => ({ timers: { ...timers, overdueMs: 60_001 } }),
    says: ['TIMERS_OVERDUE', null, 'degraded'],
  },
}

describe('what follows from', () => {
  for (const [what, { status: change, figures, says }] of Object.entries(cases)) {
    test(what, async (t) => {
      const well = (await open(t)).status()
      const status = { ...well, ...change?.(well) } as RuntimeStatus
      const all = { status, room: null, readers: [], stoppedMs: 0, stalledMs: () => 0, ...figures }

      const { reasons, state, isLive, isReady } = healthOf(all, healthThresholds)

      assert.deepEqual([reasons[0]?.code, reasons[0]?.name, state], says)
      assert.equal(reasons.length, 1)
      assert.deepEqual(
        [isLive, isReady],
        [state !== 'dead', ['healthy', 'degraded'].includes(state)],
      )
    })
  }
})
