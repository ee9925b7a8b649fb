/** Rebuilding a view beside the one that serves. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { defineProjector, type RebuildProgress, type Runtime, rowType } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { until } from './until.js'
import { Counter, Workplace } from './workplace.js'

/** What the projector does; changed by tests, put back by `open`. */
let fault: (id: string) => void = () => {}

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ sum: number }>(),
  indexes: { bySum: (row) => [row.sum] },
  on: {
    Added: (event, view) => {
      fault(event.aggregateId)
      view.upsert(event.aggregateId, (row) => ({ sum: (row?.sum ?? 0) + event.data.n }))
    },
  },
})

const ids = Array.from({ length: 200 }, (_each, at) => `c${at % 17}`)

async function open(t: TestContext, dataDir?: string): Promise<Workplace> {
  fault = () => {}
  const work = await Workplace.open(t, {
    projectors: [Sums],
    ...(dataDir === undefined ? {} : { dataDir }),
  })
  return work
}

async function rowsOf(runtime: Runtime): Promise<readonly unknown[]> {
  return (await runtime.view(Sums).find({ index: 'bySum', limit: 1_000 })).rows
}

for (const kind of ['memory', 'lmdb']) {
  const place = async (t: TestContext): Promise<string | undefined> =>
    kind === 'lmdb' ? (await TemporaryDirectory.make(t)).path : undefined

  test(`${kind}: a rebuild gives the rows that keeping up gave`, async (t) => {
    const work = await open(t, await place(t))
    await work.runtime.caughtUp(await work.add(...ids), { view: Sums })
    const before = await rowsOf(work.runtime)

    const result = await work.runtime.rebuild(Sums)

    assert.deepEqual([result.events, result.rows], [200, 17])
    assert.deepEqual(await rowsOf(work.runtime), before)
  })

  test(`${kind}: events that arrive during a rebuild take effect once, and queries are served`, async (t) => {
    const work = await open(t, await place(t))
    await work.runtime.caughtUp(await work.add(...ids), { view: Sums })

    const rebuilt = work.runtime.rebuild(Sums)
    const served = new Set<number>()
    for (const id of ids) {
      await work.add(id)
      served.add((await work.runtime.view(Sums).find()).rows.length)
    }
    await rebuilt
    await work.runtime.caughtUp(400, { view: Sums })
    const sums = (await rowsOf(work.runtime)) as { readonly sum: number }[]

    assert.equal(
      sums.reduce((sum, row) => sum + row.sum, 0),
      400,
    )
    assert.deepEqual([...served], [17])
  })

  test(`${kind}: a failed rebuild leaves the old rows, and the next one is complete`, async (t) => {
    const work = await open(t, await place(t))
    await work.runtime.caughtUp(await work.add(...ids), { view: Sums })
    const before = await rowsOf(work.runtime)
    fault = (id) => {
      if (id === 'c5') throw new Error('cannot')
    }

    await assert.rejects(work.runtime.rebuild(Sums), { code: 'DRAMATIS_REBUILD_FAILED' })
    const after = await rowsOf(work.runtime)
    fault = () => {}
    await work.runtime.rebuild(Sums)

    assert.deepEqual([after, await rowsOf(work.runtime)], [before, before])
  })

  test(`${kind}: a cancelled rebuild leaves the old rows, which go on`, async (t) => {
    const work = await open(t, await place(t))
    await work.runtime.caughtUp(await work.add(...ids), { view: Sums })

    const cancelled = work.runtime.rebuild(Sums, { signal: AbortSignal.abort(new Error('no')) })
    await assert.rejects(cancelled, { code: 'DRAMATIS_REBUILD_FAILED' })
    await work.runtime.caughtUp(await work.add('c0'), { view: Sums })

    assert.deepEqual(await work.runtime.view(Sums).get('c0'), { sum: 13 })
  })
}

test('a rebuild says how far it is', async (t) => {
  const work = await open(t)
  await work.runtime.caughtUp(await work.add(...ids), { view: Sums })
  const seen: RebuildProgress[] = []

  await work.runtime.rebuild(Sums, { onProgress: (progress) => seen.push(progress) })

  const last = seen.at(-1)!
  assert.deepEqual([last.position, last.head, last.events, last.etaMs], [200, 200, 200, 0])
})

test('one view is rebuilt once at a time', async (t) => {
  const work = await open(t)
  await work.add(...ids)

  const first = work.runtime.rebuild(Sums)
  await assert.rejects(work.runtime.rebuild(Sums), { code: 'DRAMATIS_REBUILD_FAILED' })

  assert.equal((await first).rows, 17)
})

test('rebuilt rows are there after a restart, and nothing else is left', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const first = await open(t, path)
  await first.runtime.caughtUp(await first.add(...ids), { view: Sums })
  await first.runtime.rebuild(Sums)
  fault = () => assert.fail('cannot')
  await assert.rejects(first.runtime.rebuild(Sums))
  fault = () => {}
  await first.runtime.rebuild(Sums)
  const before = await rowsOf(first.runtime)
  await first.close()

  fault = () => assert.fail('nothing is projected again')
  const second = await open(t, path)
  const after = await rowsOf(second.runtime)

  assert.deepEqual(after, before)
  assert.equal(readdirSync(join(path, 'views')).length, 1)
})

test('a stalled view is mended by a rebuild with a mended projector', async (t) => {
  const work = await open(t)
  fault = (id) => {
    if (id === 'bad') throw new Error('cannot')
  }
  const position = await work.add('a', 'bad', 'b')
  await until('it fails', () => work.runtime.status().views[0]?.state === 'failing')

  const caughtUp = work.runtime.caughtUp(position, { view: Sums, timeoutMs: 60_000 })
  fault = () => {}
  await work.runtime.rebuild(Sums)
  await caughtUp

  assert.equal(await work.runtime.view(Sums).count(), 3)
})

test('closing gives a rebuild under way up', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const work = await open(t, path)
  await work.runtime.caughtUp(await work.add(...ids), { view: Sums })

  const rebuilding = work.runtime.rebuild(Sums)
  const failed = assert.rejects(rebuilding, { code: 'DRAMATIS_REBUILD_FAILED' })
  await work.close()
  await failed
  const reopened = await open(t, path)

  assert.equal(await reopened.runtime.view(Sums).count(), 17)
})

test('what is no view of the app cannot be rebuilt', async (t) => {
  const work = await open(t)

  for (const what of ['Nothing', null, undefined, {}]) {
    await assert.rejects(work.runtime.rebuild(what as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  }
})
