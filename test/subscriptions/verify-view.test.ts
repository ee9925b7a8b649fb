/** A rebuild gives what keeping up gave; where it does not, a verification says where. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { defineProjector, rowType } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { Counter, Workplace } from './workplace.js'

interface Row {
  readonly sum: number
  readonly versions: readonly number[]
}

/** What a row gains per event; another number makes the projector another function. */
let step = 1
/** Ids of rows; another function makes other rows. */
let rowIdOf = (id: string): string => id

const Rows = defineProjector('Rows', {
  version: 1,
  from: [Counter],
  row: rowType<Row>(),
  indexes: {
    bySum: (row) => [row.sum],
    long: (row) => (row.versions.length > 2 ? [row.versions.length] : null),
  },
  on: {
    Added: (event, view) =>
      view.upsert(rowIdOf(event.aggregateId), (row) => ({
        sum: (row?.sum ?? 0) + step,
        versions: [...(row?.versions ?? []), event.version],
      })),
    Renamed: (event, view) => {
      if (event.data.name === '') view.remove(event.aggregateId)
      else view.update(event.aggregateId, (row) => ({ ...(row as Row), sum: 0 }))
    },
  },
})

async function open(t: TestContext, dataDir?: string): Promise<Workplace> {
  step = 1
  rowIdOf = (id) => id
  const place = dataDir === undefined ? {} : { dataDir }
  return await Workplace.open(t, { projectors: [Rows], ...place })
}

/** To whom, and what: `null` adds, a text renames. */
type Change = readonly [id: string, name: string | null]

async function change(work: Workplace, changes: readonly Change[]): Promise<void> {
  for (const [id, name] of changes) {
    const counter = work.runtime.actor(Counter, id)
    if (name === null) await counter.send('add', { n: 1 })
    else await counter.send('rename', { name })
  }
}

async function everything(work: Workplace): Promise<unknown> {
  const view = work.runtime.view(Rows)
  const [rows, bySum, long] = [
    await view.find({ limit: 1_000 }),
    await view.find({ index: 'bySum', limit: 1_000 }),
    await view.find({ index: 'long', limit: 1_000 }),
  ]
  return [rows.rows, bySum.rows, long.rows]
}

const changes = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.constantFrom<string | null>(null, null, null, '', 'x'),
  ),
  { maxLength: 40 },
)

for (const kind of ['memory', 'lmdb']) {
  const place = async (t: TestContext): Promise<string | undefined> =>
    kind === 'lmdb' ? (await TemporaryDirectory.make(t)).path : undefined

  test(`${kind}: whatever happens, and however it comes in, a rebuild gives what keeping up gave`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { maxLength: 4 }), changes, async (pieces, during) => {
        const work = await open(t, await place(t))
        for (const piece of pieces) {
          await change(work, piece)
          await work.runtime.caughtUp(work.runtime.log.head, { view: Rows })
        }

        const rebuilt = work.runtime.rebuild(Rows)
        await change(work, during)
        await rebuilt
        await work.runtime.caughtUp(work.runtime.log.head, { view: Rows })
        const built = await everything(work)
        const { differences, examples, position } = await work.runtime.verifyView(Rows)
        await work.runtime.rebuild(Rows)

        assert.deepEqual([differences, examples, position], [0, [], work.runtime.log.head])
        assert.deepEqual(await everything(work), built)
        await work.close()
      }),
      { numRuns: kind === 'lmdb' ? 12 : 60 },
    )
  })

  test(`${kind}: a verification counts what differs, and shows the first of it`, async (t) => {
    const dataDir = await place(t)
    const work = await open(t, dataDir)
    await change(
      work,
      [...'aaabbc'].map((id) => [id, null]),
    )
    await work.runtime.caughtUp(6, { view: Rows })
    const before = await everything(work)
    step = 2

    const { durationMs, ...found } = await work.runtime.verifyView(Rows, { examplesMax: 4 })

    assert.deepEqual(found, {
      position: 6,
      rows: 3,
      events: 6,
      differences: 9,
      examples: [
        {
          id: 'a',
          index: null,
          served: { sum: 3, versions: [1, 2, 3] },
          rebuilt: { sum: 6, versions: [1, 2, 3] },
        },
        {
          id: 'b',
          index: null,
          served: { sum: 2, versions: [1, 2] },
          rebuilt: { sum: 4, versions: [1, 2] },
        },
        {
          id: 'c',
          index: null,
          served: { sum: 1, versions: [1] },
          rebuilt: { sum: 2, versions: [1] },
        },
        { id: 'c', index: 'bySum', served: [1], rebuilt: undefined },
      ],
    })
    assert.ok(durationMs >= 0)
    assert.deepEqual(await everything(work), before)
    if (dataDir !== undefined) assert.deepEqual(readdirSync(join(dataDir, 'views')), ['Rows@1'])
  })
}

test('a verification finds rows that there should be, and rows that there should not', async (t) => {
  const work = await open(t)
  await change(work, [
    ['a', null],
    ['b', null],
    ['z', null],
  ])
  await work.runtime.caughtUp(3, { view: Rows })
  // Rows a, b, z serve; rows 0, b, d would.
  rowIdOf = (id) => ({ a: '0', z: 'd' })[id] ?? id

  const { rows, differences, examples } = await work.runtime.verifyView(Rows)

  const row = { sum: 1, versions: [1] }
  assert.deepEqual([rows, differences], [3, 8])
  assert.deepEqual(examples, [
    { id: '0', index: null, served: undefined, rebuilt: row },
    { id: 'a', index: null, served: row, rebuilt: undefined },
    { id: 'd', index: null, served: undefined, rebuilt: row },
    { id: 'z', index: null, served: row, rebuilt: undefined },
    { id: '0', index: 'bySum', served: undefined, rebuilt: [1] },
    { id: 'a', index: 'bySum', served: [1], rebuilt: undefined },
    { id: 'd', index: 'bySum', served: undefined, rebuilt: [1] },
    { id: 'z', index: 'bySum', served: [1], rebuilt: undefined },
  ])
})

test('a verification finds the one row of hundreds that differs', async (t) => {
  const work = await open(t)
  const ids = Array.from({ length: 600 }, (_each, at) => `c${at}`)
  await Promise.all(ids.map((id) => work.runtime.actor(Counter, id).send('add', { n: 1 })))
  await work.runtime.caughtUp(600, { view: Rows })
  rowIdOf = (id) => (id === 'c99' ? 'c999' : id)

  const { rows, differences, examples } = await work.runtime.verifyView(Rows)

  assert.deepEqual([rows, differences], [600, 4])
  assert.deepEqual(
    examples.map(({ id, index }) => [id, index]),
    [
      ['c99', null],
      ['c999', null],
      ['c99', 'bySum'],
      ['c999', 'bySum'],
    ],
  )
})

test('a view goes on when it was verified', async (t) => {
  const work = await open(t)
  await change(work, [['a', null]])
  await work.runtime.caughtUp(1, { view: Rows })

  await work.runtime.verifyView(Rows)
  await change(work, [['a', null]])
  await work.runtime.caughtUp(2, { view: Rows })

  assert.deepEqual(await work.runtime.view(Rows).get('a'), { sum: 2, versions: [1, 2] })
  assert.equal(work.runtime.status().views[0]!.events, 2)
})

test('a verification and a rebuild take turns', async (t) => {
  const work = await open(t)
  await change(work, [['a', null]])

  const verified = work.runtime.verifyView(Rows)
  await assert.rejects(work.runtime.rebuild(Rows), { code: 'DRAMATIS_REBUILD_FAILED' })
  await assert.rejects(work.runtime.verifyView(Rows), { code: 'DRAMATIS_REBUILD_FAILED' })

  assert.equal((await verified).differences, 0)
})

test('a cancelled verification changes nothing', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  const work = await open(t, path)
  await change(work, [['a', null]])
  await work.runtime.caughtUp(1, { view: Rows })

  const verifying = work.runtime.verifyView(Rows, { signal: AbortSignal.abort(new Error('no')) })
  await assert.rejects(verifying, { code: 'DRAMATIS_REBUILD_FAILED' })

  assert.deepEqual(readdirSync(join(path, 'views')), ['Rows@1'])
  assert.equal((await work.runtime.verifyView(Rows)).differences, 0)
})

test('too many examples, or less than none, are refused', async (t) => {
  const work = await open(t)

  for (const examplesMax of [-1, 1_001, 1.5, 'all']) {
    await assert.rejects(work.runtime.verifyView(Rows, { examplesMax: examplesMax as number }), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  }
})
