/** Raising a projector's version: new rows fill beside the old ones, which serve until the swap. */

import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type AnyProjector,
  defineProjector,
  type ProjectorDefinition,
  rowType,
  type ViewStatus,
  type WhileFilling,
} from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { turns, until } from './until.js'
import { Counter, recording, Workplace } from './workplace.js'

/** What the projectors do; changed by tests, put back by `open`. */
let fault: (id: string) => void = () => {}
/** Events that projectors were given. */
let projected = 0

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ sum: number }>(),
  indexes: { bySum: (row) => [row.sum], odd: (row) => (row.sum % 2 === 1 ? [row.sum] : null) },
  on: {
    Added: (event, view) => {
      projected += 1
      view.upsert(event.aggregateId, (row) => ({ sum: (row?.sum ?? 0) + event.data.n }))
    },
  },
})

type Raised = ProjectorDefinition<'Sums', { tens: number }, 'bySum' | 'byTens'>

/** The same in tens, with another index. */
function raised(version = 2, whileFilling: WhileFilling = 'old'): Raised {
  return defineProjector('Sums', {
    version,
    whileFilling,
    from: [Counter],
    row: rowType<{ tens: number }>(),
    indexes: { bySum: (row) => [row.tens], byTens: (row) => [-row.tens] },
    on: {
      Added: (event, view) => {
        fault(event.aggregateId)
        projected += 1
        view.upsert(event.aggregateId, (row) => ({ tens: (row?.tens ?? 0) + 10 * event.data.n }))
      },
    },
  })
}

const refuse = (): never => assert.fail('cannot')

async function open(t: TestContext, dataDir: string, projector: AnyProjector): Promise<Workplace> {
  return await Workplace.open(t, { dataDir, projectors: [projector] })
}

/** A directory with rows of the first version. */
async function filled(t: TestContext, ...ids: readonly string[]): Promise<string> {
  fault = () => {}
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const work = await open(t, dataDir, Sums)
  await work.runtime.caughtUp(await work.add(...ids), { view: Sums })
  await work.close()
  projected = 0
  return dataDir
}

function statusOf(work: Workplace): ViewStatus {
  return work.runtime.status().views[0]!
}

function directoriesIn(dataDir: string): readonly string[] {
  return readdirSync(join(dataDir, 'views')).sort()
}

async function failing(work: Workplace): Promise<void> {
  await until('it fails', () => statusOf(work).state === 'failing')
}

test('old rows serve until the new ones are complete, and are dropped then', async (t) => {
  const dataDir = await filled(t, 'a', 'b', 'a')
  fault = refuse
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  const view = work.runtime.view(Tens)
  await failing(work)

  const before = [await view.get('a'), await view.count(), directoriesIn(dataDir)]
  fault = () => {}
  await work.passTime('the new rows serve', () => statusOf(work).versionServed === 2)
  const after = [await view.get('a'), await view.count()]
  await until('the old ones are gone', () => directoriesIn(dataDir).length === 1)

  assert.deepEqual(before, [{ sum: 2 }, 2, ['Sums@1', 'Sums@2']])
  assert.deepEqual(after, [{ tens: 20 }, 2])
  assert.deepEqual(directoriesIn(dataDir), ['Sums@2'])
})

test('while old rows serve, the status says of which version and as of when', async (t) => {
  const dataDir = await filled(t, 'a', 'a')
  fault = refuse
  const work = await open(t, dataDir, raised())
  await work.add('b')
  await failing(work)

  const { error, rebuild, ...status } = statusOf(work)

  assert.deepEqual(status, {
    name: 'Sums',
    version: 2,
    versionServed: 1,
    state: 'failing',
    position: 2,
    lag: 1,
    events: 0,
  })
  assert.match(error!.message, /position 1 failed/)
  assert.equal(rebuild, null)
})

test('nobody is caught up with rows that stand still', async (t) => {
  const dataDir = await filled(t, 'a', 'a')
  fault = refuse
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  await failing(work)
  const inVain = work.runtime.caughtUp(1, { view: Tens, timeoutMs: 10 })
  const rejected = assert.rejects(inVain, {
    code: 'DRAMATIS_CAUGHT_UP_TIMEOUT',
    positionReached: 0,
  })
  work.clock.advance(10)
  await rejected

  let row: unknown
  const caughtUp = work.runtime.caughtUp(2, { view: Tens, timeoutMs: 3_600_000 }).then(async () => {
    row = await work.runtime.view(Tens).get('a')
  })
  fault = () => {}
  await work.passTime('the new rows serve', () => statusOf(work).versionServed === 2)
  await caughtUp

  assert.deepEqual(row, { tens: 20 })
})

test('old rows are found by the indexes that they have, and by no other', async (t) => {
  const dataDir = await filled(t, 'a', 'b', 'b', 'b')
  fault = refuse
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  const view = work.runtime.view(Tens)
  await failing(work)

  const { rows } = await view.find({ index: 'bySum' })

  assert.deepEqual(rows, [{ sum: 1 }, { sum: 3 }])
  await assert.rejects(view.find({ index: 'byTens' }), {
    code: 'DRAMATIS_INDEX_NOT_READY',
    index: 'byTens',
    version: 2,
    versionServed: 1,
  })
  await assert.rejects(view.find({ index: 'odd' as never }), { code: 'DRAMATIS_INVALID_ARGUMENT' })
  fault = () => {}
  await work.passTime('the new rows serve', () => statusOf(work).versionServed === 2)
  assert.deepEqual((await view.find({ index: 'byTens' })).rows, [{ tens: 30 }, { tens: 10 }])
})

test('an index that came without a version is refused until the view is rebuilt', async (t) => {
  const dataDir = await filled(t, 'a', 'b', 'b')
  const Tens = raised(1)
  const work = await open(t, dataDir, Tens)
  const byTens = () => work.runtime.view(Tens).find({ index: 'byTens' })

  await assert.rejects(byTens(), { code: 'DRAMATIS_INDEX_NOT_READY', versionServed: 1 })
  await work.runtime.rebuild(Tens)

  assert.deepEqual((await byTens()).rows, [{ tens: 20 }, { tens: 10 }])
})

test('whoever cancels the filling of new rows keeps the old ones, which nothing is compared with', async (t) => {
  const dataDir = await filled(t, 'a')
  fault = refuse
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  await failing(work)

  const rebuilding = work.runtime.rebuild(Tens, { signal: AbortSignal.abort() })
  await assert.rejects(rebuilding, { code: 'DRAMATIS_REBUILD_FAILED' })

  await assert.rejects(work.runtime.verifyView(Tens), /rows of another version serve/)
  assert.deepEqual(await work.runtime.view(Tens).get('a'), { sum: 1 })
  assert.deepEqual(directoriesIn(dataDir), ['Sums@1'])
})

test('events that come while the new rows are filled take effect once', async (t) => {
  const ids = Array.from({ length: 300 }, (_each, at) => `c${at % 7}`)
  const dataDir = await filled(t, ...ids)
  const Tens = raised()
  const work = await open(t, dataDir, Tens)

  await work.runtime.caughtUp(await work.add(...ids), { view: Tens })

  const { rows } = await work.runtime.view(Tens).find()
  assert.equal(
    rows.reduce((sum, row) => sum + row.tens, 0),
    6_000,
  )
  assert.equal(projected, 600)
})

test('a projector may serve what there is of the new rows instead', async (t) => {
  const dataDir = await filled(t, 'a', 'b', 'a')
  fault = (id) => {
    if (id === 'b') refuse()
  }
  const Tens = raised(2, 'new')
  const work = await open(t, dataDir, Tens)
  await failing(work)

  const { versionServed, position } = statusOf(work)

  assert.deepEqual([versionServed, position], [2, 1])
  assert.deepEqual((await work.runtime.view(Tens).find()).rows, [{ tens: 10 }])
  assert.deepEqual(directoriesIn(dataDir), ['Sums@2'])
})

test('a brand-new view serves what there is', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  fault = refuse
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  await work.add('a')
  await failing(work)

  assert.deepEqual([statusOf(work).versionServed, await work.runtime.view(Tens).count()], [2, 0])
})

test('filling goes on at the next opening from where it stopped', async (t) => {
  const dataDir = await filled(t, 'a', 'b', 'bad', 'a')
  fault = (id) => {
    if (id === 'bad') refuse()
  }
  const first = await open(t, dataDir, raised())
  await failing(first)
  await first.close()
  fault = () => {}
  projected = 0

  const Tens = raised()
  const second = await open(t, dataDir, Tens)
  await second.runtime.caughtUp(4, { view: Tens })

  assert.equal(projected, 2)
  assert.deepEqual(await second.runtime.view(Tens).get('a'), { tens: 20 })
})

test('rows that other code has begun are not gone on with', async (t) => {
  const dataDir = await filled(t, 'a', 'bad', 'a')
  const Wrong = defineProjector('Sums', {
    version: 2,
    from: [Counter],
    row: rowType<{ tens: number }>(),
    on: {
      Added: (event, view) => {
        if (event.aggregateId === 'bad') refuse()
        view.put(event.aggregateId, { tens: -1 })
      },
    },
  })
  const first = await open(t, dataDir, Wrong)
  await failing(first)
  await first.close()

  const Tens = raised()
  const second = await open(t, dataDir, Tens)
  await second.runtime.caughtUp(3, { view: Tens })

  const { rows } = await second.runtime.view(Tens).find()
  assert.deepEqual(rows, [{ tens: 20 }, { tens: 10 }])
  assert.equal(projected, 3)
})

test('going back while the new rows are filled serves the old ones, which go on', async (t) => {
  const dataDir = await filled(t, 'a', 'a')
  fault = refuse
  const first = await open(t, dataDir, raised())
  await failing(first)
  await first.close()

  const second = await open(t, dataDir, Sums)
  await second.runtime.caughtUp(await second.add('a'), { view: Sums })

  assert.deepEqual(await second.runtime.view(Sums).get('a'), { sum: 3 })
  assert.deepEqual([projected, directoriesIn(dataDir)], [1, ['Sums@1']])
})

test('going back after the swap serves the newer rows until the older are filled again', async (t) => {
  const dataDir = await filled(t, 'a', 'a')
  const Tens = raised()
  const first = await open(t, dataDir, Tens)
  await first.runtime.caughtUp(2, { view: Tens })
  await first.close()

  const second = await open(t, dataDir, Sums)
  const served = await second.runtime.view(Sums).get('a')
  await second.runtime.caughtUp(2, { view: Sums })

  assert.deepEqual(served, { tens: 20 })
  assert.deepEqual(await second.runtime.view(Sums).get('a'), { sum: 2 })
})

test('a version raised twice, the first one never complete, is filled once', async (t) => {
  const dataDir = await filled(t, 'a', 'a')
  fault = refuse
  const first = await open(t, dataDir, raised(2))
  await failing(first)
  await first.close()
  fault = () => {}

  const Tens = raised(3)
  const second = await open(t, dataDir, Tens)
  const served = await second.runtime.view(Tens).get('a')
  await second.runtime.caughtUp(2, { view: Tens })
  await until('the others are gone', () => directoriesIn(dataDir).length === 1)

  assert.deepEqual([served, await second.runtime.view(Tens).get('a')], [{ sum: 2 }, { tens: 20 }])
  assert.deepEqual([projected, directoriesIn(dataDir)], [2, ['Sums@3']])
})

test('rebuilding a view that is being filled waits for that, and says how far it is', async (t) => {
  const dataDir = await filled(t, 'a', 'b', 'a')
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  const positions: number[] = []

  const onProgress = ({ position }: { position: number }): void => void positions.push(position)
  const { rows } = await work.runtime.rebuild(Tens, { onProgress })

  assert.deepEqual([rows, positions, projected], [2, [3], 3])
  assert.deepEqual(await work.runtime.view(Tens).get('a'), { tens: 20 })
})

test('a rebuild that is asked for as soon as the new rows serve builds them anew', async (t) => {
  const dataDir = await filled(t, 'a', 'b', 'a')
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  await work.runtime.caughtUp(3, { view: Tens })

  const { events } = await work.runtime.rebuild(Tens)

  assert.deepEqual([events, projected], [3, 6])
})

test('filling that was cancelled leaves the old rows, until it is asked for', async (t) => {
  const dataDir = await filled(t, 'a', 'a')
  const Tens = raised()
  const work = await open(t, dataDir, Tens)
  const cancelled = work.runtime.rebuild(Tens, { signal: AbortSignal.abort(new Error('no')) })
  await assert.rejects(cancelled, { code: 'DRAMATIS_REBUILD_FAILED' })
  await turns()

  const { state, versionServed, rebuild } = statusOf(work)
  const row = await work.runtime.view(Tens).get('a')
  await work.runtime.rebuild(Tens)

  assert.deepEqual([state, versionServed, rebuild], ['outdated', 1, null])
  assert.deepEqual([row, await work.runtime.view(Tens).get('a')], [{ sum: 2 }, { tens: 20 }])
})

test('rows of another version are not verified', async (t) => {
  const dataDir = await filled(t, 'a')
  const Tens = raised()
  const work = await open(t, dataDir, Tens)

  await assert.rejects(work.runtime.verifyView(Tens), { code: 'DRAMATIS_REBUILD_FAILED' })
})

test('rows that somebody has deleted are built again under the new version at once', async (t) => {
  const dataDir = await filled(t, 'a', 'a')
  rmSync(join(dataDir, 'views/Sums@1'), { recursive: true })

  const Tens = raised()
  const work = await open(t, dataDir, Tens)

  assert.equal(statusOf(work).versionServed, 2)
  await work.runtime.caughtUp(2, { view: Tens })
  assert.deepEqual(await work.runtime.view(Tens).get('a'), { tens: 20 })
})

test('handlers get nothing from new rows, rebuilds and verifications', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  fault = () => {}
  const { handler, calls } = recording({ handle: () => {} })
  const first = await Workplace.open(t, { dataDir, projectors: [Sums], handlers: [handler] })
  await first.runtime.caughtUp(await first.add('a', 'b', 'a'), { view: Sums })
  await first.settled(handler)
  await first.close()

  const Tens = raised()
  const second = await Workplace.open(t, { dataDir, projectors: [Tens], handlers: [handler] })
  await second.runtime.caughtUp(3, { view: Tens })
  await second.runtime.rebuild(Tens)
  await second.runtime.verifyView(Tens)
  await second.settled(handler)

  assert.equal(calls.length, 3)
})
