/** Steering a rebuild: slowing it down, watching it, giving it up, and going on with it later. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  defineProjector,
  type RebuildOptions,
  type RebuildProgress,
  type RebuildResult,
  rowType,
} from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { until } from './until.js'
import { Counter, Workplace } from './workplace.js'

/** Events that the projector was given. */
let projected = 0

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ sum: number }>(),
  on: {
    Added: (event, view) => {
      projected += 1
      view.upsert(event.aggregateId, (row) => ({ sum: (row?.sum ?? 0) + event.data.n }))
    },
  },
})

const ids = Array.from({ length: 40 }, (_each, at) => `c${at % 7}`)

async function filled(t: TestContext, dataDir?: string): Promise<Workplace> {
  const work = await Workplace.open(t, {
    projectors: [Sums],
    ...(dataDir === undefined ? {} : { dataDir }),
  })
  await work.runtime.caughtUp(await work.add(...ids), { view: Sums })
  projected = 0
  return work
}

/** A rebuild that pauses after each ten events, for a quarter of a second of the manual clock. */
function startSlowly(
  work: Workplace,
  options: RebuildOptions = {},
): { readonly seen: RebuildProgress[]; readonly rebuilt: Promise<RebuildResult> } {
  const seen: RebuildProgress[] = []
  const rebuilt = work.runtime.rebuild(Sums, {
    eventsPerSecondMax: 40,
    onProgress: (progress) => void seen.push(progress),
    ...options,
  })
  return { seen, rebuilt }
}

test('a throttled rebuild is no faster than it may be', async (t) => {
  const work = await filled(t)
  const startedMs = work.clock.elapsedMs()

  const { seen, rebuilt } = startSlowly(work)
  await work.passTime('it is rebuilt', () => seen.length === 4, 10)
  const lastTurnMs = work.clock.elapsedMs() - startedMs
  await work.passTime('it serves', () => work.runtime.status().views[0]!.rebuild === null, 10)
  await rebuilt

  assert.deepEqual(
    seen.map(({ position }) => position),
    [10, 20, 30, 40],
  )
  assert.ok(lastTurnMs >= 750, `${lastTurnMs}`)
})

test('progress has the rate and the time to go', async (t) => {
  const work = await filled(t)

  const { seen, rebuilt } = startSlowly(work)
  await work.passTime('half of it', () => seen.length === 2, 10)
  const { position, head, events, eventsPerSecond, positionsPerSecond, etaMs } = seen[1]!
  const fromStatus = work.runtime.status().views[0]!.rebuild
  await work.passTime('all of it', () => work.runtime.status().views[0]!.rebuild === null)
  await rebuilt

  assert.deepEqual([position, head, events], [20, 40, 20])
  // Twenty in the first quarter of a second, and the time it took to be seen.
  assert.ok(eventsPerSecond > 60 && eventsPerSecond <= 80, `${eventsPerSecond}`)
  assert.equal(positionsPerSecond, eventsPerSecond)
  assert.ok(Math.abs(etaMs - (20 / positionsPerSecond) * 1_000) < 1e-6)
  assert.deepEqual(fromStatus, seen[1])
})

test('a rebuild that is cancelled half-way leaves the old rows and nothing else', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const work = await filled(t, path)
  const controller = new AbortController()
  const { seen, rebuilt } = startSlowly(work, { signal: controller.signal })
  await until('it has begun', () => seen.length === 1)

  controller.abort(new Error('too slow'))
  await assert.rejects(rebuilt, (error: Error) => {
    assert.equal((error as { code?: string }).code, 'DRAMATIS_REBUILD_FAILED')
    assert.equal((error.cause as Error).message, 'too slow')
    return true
  })

  assert.deepEqual(readdirSync(join(path, 'views')), ['Sums@1'])
  assert.deepEqual(await work.runtime.view(Sums).get('c0'), { sum: 6 })
  assert.equal(projected, 10)
})

test('a rebuild that closing interrupted goes on at the next opening by itself', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const first = await filled(t, path)
  const { seen, rebuilt } = startSlowly(first)
  const failed = assert.rejects(rebuilt, { code: 'DRAMATIS_REBUILD_FAILED' })
  await until('it has begun', () => seen.length === 1)
  await first.close()
  await failed
  const left = readdirSync(join(path, 'views')).sort()

  const second = await Workplace.open(t, { projectors: [Sums], dataDir: path })
  const { rebuild } = second.runtime.status().views[0]!
  const served = await second.runtime.view(Sums).get('c0')
  const rest = second.runtime.rebuild(Sums)
  await second.passTime('it serves', () => readdirSync(join(path, 'views')).length === 1, 10)
  const { events, rows } = await rest

  assert.deepEqual(left, ['Sums@1', 'Sums@1.1'])
  assert.deepEqual([rebuild?.position ?? 10, served], [10, { sum: 6 }])
  assert.deepEqual([events, rows, projected], [30, 7, 40])
  assert.deepEqual(readdirSync(join(path, 'views')), ['Sums@1.1'])
})

test('what goes on keeps to the rate that was asked for', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const first = await filled(t, path)
  const { seen, rebuilt } = startSlowly(first)
  const failed = assert.rejects(rebuilt, { code: 'DRAMATIS_REBUILD_FAILED' })
  await until('it has begun', () => seen.length === 1)
  await first.close()
  await failed

  const second = await Workplace.open(t, { projectors: [Sums], dataDir: path })
  await until('a turn is over', () => second.runtime.status().views[0]!.rebuild?.events === 10)
  await second.passTime('it serves', () => second.runtime.status().views[0]!.rebuild === null, 10)

  assert.equal(projected, 40)
})

test('who asks for a rebuild that goes on by itself hears of the rest of it', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const first = await filled(t, path)
  const begun = startSlowly(first)
  const failed = assert.rejects(begun.rebuilt, { code: 'DRAMATIS_REBUILD_FAILED' })
  await until('it has begun', () => begun.seen.length === 1)
  await first.close()
  await failed
  const second = await Workplace.open(t, { projectors: [Sums], dataDir: path })
  const progress = (): RebuildProgress | null => second.runtime.status().views[0]!.rebuild
  await until('a turn is over', () => progress()?.events === 10)

  const { seen, rebuilt } = startSlowly(second)
  await second.passTime('it serves', () => progress() === null, 10)
  const { events } = await rebuilt

  assert.deepEqual(
    seen.map(({ position }) => position),
    [30, 40],
  )
  assert.equal(events, 30)
})

test('a rebuild after a cancelled one begins anew', async (t) => {
  const work = await filled(t)
  const controller = new AbortController()
  const { seen, rebuilt } = startSlowly(work, { signal: controller.signal })
  await until('it has begun', () => seen.length === 1)
  controller.abort()
  await assert.rejects(rebuilt)

  const { events } = await work.runtime.rebuild(Sums)

  assert.equal(events, 40)
})

const oddRebuilds: Readonly<Record<string, object>> = {
  'an option that there is not': { verify: true },
  'a rate of nothing': { eventsPerSecondMax: 0 },
  'a rate of text': { eventsPerSecondMax: 'slow' },
  'a signal that is none': { signal: {} },
  'progress to nobody': { onProgress: 'console' },
}

for (const [what, options] of Object.entries(oddRebuilds)) {
  test(`a rebuild, or a verification, with ${what} is refused`, async (t) => {
    const work = await filled(t)

    for (const asked of [
      work.runtime.rebuild(Sums, options as never),
      work.runtime.verifyView(Sums, options as never),
    ]) {
      await assert.rejects(asked, { code: 'DRAMATIS_INVALID_ARGUMENT' })
    }
    assert.equal(projected, 0)
  })
}
