/** Views: rows and indexes follow the log exactly once, and answer questions. */

import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { EventValue } from '../../src/events/event.js'
import { type AnyProjector, defineProjector, type IndexKey, rowType } from '../../src/index.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import { ViewBatch } from '../../src/subscriptions/view-batch.js'
import { viewTables } from '../../src/subscriptions/view-keys.js'
import { findRows, parseFind } from '../../src/subscriptions/view-query.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'
import { Counter, Workplace } from './workplace.js'

interface Sum {
  readonly id: string
  readonly sum: number
}

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<Sum>(),
  indexes: {
    bySum: (row) => [row.sum],
    byFirst: (row) => [row.id[0], row.sum],
    onlyEven: (row) => (row.sum % 2 === 0 ? [] : null),
  },
  on: {
    Added: (event, view) =>
      view.upsert(event.aggregateId, (row) => ({
        id: event.aggregateId,
        sum: (row?.sum ?? 0) + event.data.n,
      })),
  },
})

async function openSums(t: TestContext, ...ids: string[]): Promise<Workplace> {
  const work = await Workplace.open(t, { projectors: [Sums] })
  const position = await work.add(...ids)
  await work.runtime.caughtUp(position, { view: Sums })
  return work
}

async function idsOf(
  work: Workplace,
  options: Parameters<
    ReturnType<typeof work.runtime.view<'Sums', Sum, 'bySum' | 'byFirst' | 'onlyEven'>>['find']
  >[0],
): Promise<string[]> {
  const { rows } = await work.runtime.view(Sums).find(options)
  return rows.map((row) => row.id)
}

test('a view has a row for each, read by its id', async (t) => {
  const work = await openSums(t, 'a', 'b', 'a')
  const view = work.runtime.view(Sums)

  const rows = [await view.get('a'), await view.get('b'), await view.get('c')]

  assert.deepEqual(rows, [{ id: 'a', sum: 2 }, { id: 'b', sum: 1 }, undefined])
  assert.equal(await view.count(), 2)
})

test('rows are found in the order of their ids, or the other way round', async (t) => {
  const work = await openSums(t, 'b', 'c', 'a')

  assert.deepEqual(await idsOf(work, {}), ['a', 'b', 'c'])
  assert.deepEqual(await idsOf(work, { reverse: true, limit: 2 }), ['c', 'b'])
})

test('rows are found in the order of an index, by prefix and in reverse', async (t) => {
  const work = await openSums(t, 'a1', 'a2', 'a2', 'b1', 'b1', 'b1', 'b2', 'b2', 'b2', 'b2')

  assert.deepEqual(await idsOf(work, { index: 'bySum' }), ['a1', 'a2', 'b1', 'b2'])
  assert.deepEqual(await idsOf(work, { index: 'bySum', prefix: [3] }), ['b1'])
  assert.deepEqual(await idsOf(work, { index: 'byFirst', prefix: ['b'], reverse: true }), [
    'b2',
    'b1',
  ])
  assert.deepEqual(await idsOf(work, { index: 'onlyEven' }), ['a2', 'b2'])
})

test('pages come to every row once, in both directions', async (t) => {
  const work = await openSums(t, 'a', 'b', 'c', 'd', 'e', 'e')
  for (const options of [
    {},
    { index: 'bySum' } as const,
    { index: 'bySum', reverse: true } as const,
  ]) {
    const found: string[] = []

    let after: string | null = null
    do {
      const page = await work.runtime.view(Sums).find({ ...options, limit: 2, after })
      found.push(...page.rows.map((row) => row.id))
      after = page.next
    } while (after !== null)

    assert.deepEqual([...found].sort(), ['a', 'b', 'c', 'd', 'e'])
  }
})

test('a page goes on behind a row that has moved or gone by then', async (t) => {
  const work = await openSums(t, 'a', 'b', 'c')
  const first = await work.runtime.view(Sums).find({ index: 'bySum', limit: 1 })
  await work.runtime.caughtUp(await work.add('a'), { view: Sums })

  const rest = await work.runtime.view(Sums).find({ index: 'bySum', after: first.next })

  assert.deepEqual(
    rest.rows.map((row) => row.id),
    ['b', 'c', 'a'],
  )
})

const oddFinds: readonly (readonly [string, object, string])[] = [
  ['an index that there is not', { index: 'byName' }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['a prefix without an index', { prefix: ['a'] }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['a prefix that is no list', { index: 'bySum', prefix: 'a' }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['a prefix of what has no order', { index: 'bySum', prefix: [{}] }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['a limit of nothing', { limit: 0 }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['an option that there is not', { where: {} }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['a token of nonsense', { after: 'nonsense' }, 'DRAMATIS_INVALID_TOKEN'],
  ['an empty token', { after: '' }, 'DRAMATIS_INVALID_TOKEN'],
  ['a token that is no text', { after: 5 }, 'DRAMATIS_INVALID_TOKEN'],
]

for (const [what, options, code] of oddFinds) {
  test(`find with ${what} is refused`, async (t) => {
    const work = await openSums(t, 'a')

    await assert.rejects(work.runtime.view(Sums).find(options as never), { code })
  })
}

test("another index's token is refused", async (t) => {
  const work = await openSums(t, 'a', 'b')
  const { next } = await work.runtime.view(Sums).find({ index: 'bySum', limit: 1 })

  for (const options of [{ after: next }, { index: 'byFirst', after: next } as const]) {
    await assert.rejects(work.runtime.view(Sums).find(options), { code: 'DRAMATIS_INVALID_TOKEN' })
  }
})

for (const id of ['', 'a\0', '\ud800', 'x'.repeat(513), 7, null]) {
  test(`a row id ${JSON.stringify(id)?.slice(0, 12)} is refused`, async (t) => {
    const work = await openSums(t, 'a')

    await assert.rejects(work.runtime.view(Sums).get(id as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

test('waiting for a view gives up with a typed error, and the events stay', async (t) => {
  const work = await openSums(t, 'a')

  const waiting = work.runtime.caughtUp(99, { view: Sums, timeoutMs: 100 })
  work.clock.advance(100)

  await assert.rejects(waiting, {
    code: 'DRAMATIS_CAUGHT_UP_TIMEOUT',
    positionWanted: 99,
    positionReached: 1,
  })
  assert.equal(work.runtime.log.head, 1)
})

test('each event takes effect exactly once through restarts', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)

  for (let round = 0; round < 4; round++) {
    const work = await Workplace.open(t, { dataDir, projectors: [Sums] })
    await work.add('a', 'b', 'a')
    await work.close()
  }
  const last = await Workplace.open(t, { dataDir, projectors: [Sums] })
  await last.runtime.caughtUp(12, { view: Sums })

  assert.deepEqual(await last.runtime.view(Sums).get('a'), { id: 'a', sum: 8 })
  assert.deepEqual(await idsOf(last, { index: 'bySum' }), ['b', 'a'])
})

test('a raised version fills new rows from the beginning', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const Raised = defineProjector('Sums', {
    version: 2,
    from: [Counter],
    row: rowType<{ count: number }>(),
    on: {
      Added: (event, view) =>
        view.upsert(event.aggregateId, (row) => ({ count: (row?.count ?? 0) + 10 })),
    },
  })
  const first = await Workplace.open(t, { dataDir, projectors: [Sums] })
  await first.add('a', 'a')
  await first.close()

  const second = await Workplace.open(t, { dataDir, projectors: [Raised] })
  await second.runtime.caughtUp(2, { view: Raised })

  assert.deepEqual(await second.runtime.view(Raised).get('a'), { count: 20 })
})

type Operation = readonly ['put' | 'update' | 'upsert' | 'remove', id: string, value: number]

const Values: AnyProjector = defineProjector('Values', {
  version: 1,
  from: [Counter],
  row: rowType<{ v: number }>(),
  indexes: {
    byValue: (row) => [row.v],
    positive: (row): IndexKey => (row.v > 0 ? [new Date(row.v), null] : null),
  },
  on: {},
})

function applyOperation(view: ViewBatch, [kind, id, v]: Operation): void {
  if (kind === 'put') view.put(id, { v })
  else if (kind === 'update') view.update(id, (row) => ({ v: (row as { v: number }).v + v }))
  else if (kind === 'upsert')
    view.upsert(id, (row) => ({ v: ((row as { v: number })?.v ?? 0) + v }))
  else view.remove(id)
}

function applyNaively(rows: Map<string, number>, [kind, id, v]: Operation): void {
  const before = rows.get(id)
  if (kind === 'put') rows.set(id, v)
  else if (kind === 'update' && before !== undefined) rows.set(id, before + v)
  else if (kind === 'upsert') rows.set(id, (before ?? 0) + v)
  else if (kind === 'remove') rows.delete(id)
}

test('put, update, upsert and remove keep index entries as a recomputation has them', () => {
  const operation: fc.Arbitrary<Operation> = fc.tuple(
    fc.constantFrom('put', 'update', 'upsert', 'remove'),
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.integer({ min: -2, max: 2 }),
  )
  fc.assert(
    fc.property(fc.array(fc.array(operation, { maxLength: 8 }), { maxLength: 8 }), (batches) => {
      const database = openMemoryTables(viewTables)
      const expected = new Map<string, number>()

      for (const operations of batches) {
        const batch = new ViewBatch(Values, database)
        for (const each of operations) {
          applyOperation(batch, each)
          applyNaively(expected, each)
        }
        const changes = batch.changes()
        database.transactSync(() => {
          for (const { table, key, value } of changes) {
            if (value === undefined) database.table(table).remove(key)
            else database.table(table).put(key, value as EventValue)
          }
        })
      }

      const values = [...expected.values()].sort((a, b) => a - b)
      const found = (index: string): unknown[] =>
        findRows(database, parseFind(Values, { index })).rows.map((row) => (row as { v: number }).v)
      assert.deepEqual(found('byValue'), values)
      assert.deepEqual(
        found('positive'),
        values.filter((v) => v > 0),
      )
      assert.equal(database.table('rows').count(), expected.size)
    }),
  )
})

test('a view without indexes is found by row ids only', async (t) => {
  const Plain = defineProjector('Plain', {
    version: 1,
    from: [Counter],
    row: rowType<{ n: number }>(),
    on: { Added: (event, view) => view.put(event.aggregateId, { n: event.data.n }) },
  })
  const work = await Workplace.open(t, { projectors: [Plain] })
  await work.runtime.caughtUp(await work.add('b', 'a'), { view: Plain })
  const view = work.runtime.view(Plain)

  assert.deepEqual((await view.find({ limit: 1 })).rows, [{ n: 1 }])
  await assert.rejects(view.find({ index: 'byN' as never }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    message: /an index of Plain \(none\)/,
  })
})

test('each batch that a view takes in is told', async (t) => {
  const batches: object[] = []
  const listen = (message: unknown): void => void batches.push(message as object)
  subscribe('dramatis:batch', listen)
  onEnd(t, () => unsubscribe('dramatis:batch', listen))

  await openSums(t, 'a', 'b')

  const events = batches.map((each) => (each as { readonly events: number }).events)
  const { subscription, kind, position } = batches.at(-1) as Readonly<Record<string, unknown>>
  assert.deepEqual([subscription, kind, position], ['Sums', 'projector', 2])
  assert.equal(
    events.reduce((sum, each) => sum + each, 0),
    2,
  )
})
