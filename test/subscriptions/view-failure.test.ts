/** Projectors that fail: the view stalls where it is, says so, and goes on once it is mended. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AnyProjector, defineProjector, rowType, type ViewWriter } from '../../src/index.js'
import type { ViewStatus } from '../../src/subscriptions/view-subscription.js'
import { collect } from '../../src/testing/collect.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { until } from './until.js'
import { type Added, Counter, Workplace } from './workplace.js'

type Row = { readonly n: number }

function projecting(
  project: (event: Added, view: ViewWriter<Row>) => void,
  byN: (row: Row) => readonly number[] = (row) => [row.n],
): AnyProjector {
  return defineProjector('Sums', {
    version: 1,
    from: [Counter],
    row: rowType<Row>(),
    indexes: { byN },
    on: { Added: project },
  })
}

const add = (event: Added, view: ViewWriter<Row>): void =>
  view.upsert(event.aggregateId, (row) => ({ n: (row?.n ?? 0) + 1 }))

/** Events 1 to 4 are of a, b, bad and c. */
async function openFailing(t: TestContext, projector: AnyProjector): Promise<Workplace> {
  const work = await Workplace.open(t, { projectors: [projector] })
  await work.add('a', 'b', 'bad', 'c')
  await until('the view fails', () => statusOf(work).state === 'failing')
  return work
}

function statusOf(work: Workplace): ViewStatus {
  return work.runtime.status().views[0]!
}

const failures: Readonly<Record<string, AnyProjector>> = {
  'that throws': projecting((event, view) => {
    if (event.aggregateId === 'bad') throw new Error('cannot')
    add(event, view)
  }),
  'that returns a promise': projecting(((event: Added, view: ViewWriter<Row>) => {
    if (event.aggregateId === 'bad') return Promise.reject(new Error('cannot'))
    return add(event, view)
  }) as never),
  'that changes a row in place': projecting((event, view) => {
    if (event.aggregateId === 'bad') (view.get('a') as { n: number }).n = 7
    add(event, view)
  }),
  'whose row is outside the closed set of values': projecting((event, view) => {
    if (event.aggregateId === 'bad') view.put('x', { n: (() => 1) as never })
    else add(event, view)
  }),
  'whose row is no object': projecting((event, view) => {
    if (event.aggregateId === 'bad') view.put('x', 7 as never)
    else add(event, view)
  }),
  'whose row id is empty': projecting((event, view) => {
    if (event.aggregateId === 'bad') view.put('', { n: 1 })
    else add(event, view)
  }),
  'whose index function throws': projecting(
    (event, view) => {
      if (event.aggregateId === 'bad') view.put('x', { n: 666 })
      else add(event, view)
    },
    ({ n }) => {
      if (n === 666) throw new Error('cannot')
      return [n]
    },
  ),
  'whose index key has no order': projecting(
    (event, view) => view.put(event.aggregateId, { n: event.aggregateId === 'bad' ? 666 : 1 }),
    ({ n }) => [n === 666 ? (Number.NaN as number) : n],
  ),
  'whose index key is no list': projecting(
    (event, view) => view.put(event.aggregateId, { n: event.aggregateId === 'bad' ? 666 : 1 }),
    ({ n }) => (n === 666 ? (n as never) : [n]),
  ),
  'whose index key is too long': projecting(
    (event, view) => view.put(event.aggregateId, { n: event.aggregateId === 'bad' ? 666 : 1 }),
    ({ n }) => [n === 666 ? ('x'.repeat(5_000) as never) : n],
  ),
}

for (const [what, projector] of Object.entries(failures)) {
  test(`a projector ${what} stalls its view behind everything before`, async (t) => {
    const work = await openFailing(t, projector)

    const { position, lag, events, error } = statusOf(work)
    const rows = await work.runtime.view(projector).find({ index: 'byN' })

    assert.deepEqual([position, lag, events], [2, 2, 2])
    assert.equal(error?.code, 'DRAMATIS_PROJECTOR_FAILED')
    assert.match(error?.message ?? '', /position 3/)
    assert.deepEqual(rows.rows, [{ n: 1 }, { n: 1 }])
  })
}

test('an event that breaks an index is found among others of its batch', async (t) => {
  const projector = projecting(
    (event, view) => view.put(event.aggregateId, { n: event.version }),
    ({ n }) => {
      if (n === 2) throw new Error('cannot')
      return [n]
    },
  )
  const work = await Workplace.open(t, { projectors: [projector] })

  await Promise.all(['a', 'b', 'c', 'b', 'c', 'a'].map((id) => work.add(id)))
  await until('the view fails', () => statusOf(work).state === 'failing')
  const events = await collect(work.runtime.log.read())

  const bad = events.find((event) => event.version === 2)!.position
  assert.equal(statusOf(work).position, bad - 1)
})

test('waiting for what a stalled view has not taken times out', async (t) => {
  const work = await openFailing(t, failures['whose index function throws']!)

  const waiting = work.runtime.caughtUp(3, { view: 'Sums', timeoutMs: 50 })
  work.clock.advance(50)

  await assert.rejects(waiting, { code: 'DRAMATIS_CAUGHT_UP_TIMEOUT', positionReached: 2 })
})

test('a stalled view tries again, with growing pauses', async (t) => {
  let isBroken = true
  let tries = 0
  const projector = projecting((event, view) => {
    if (event.aggregateId === 'bad' && isBroken) {
      tries++
      throw new Error('cannot')
    }
    add(event, view)
  })
  const work = await openFailing(t, projector)

  await work.passTime('ten seconds have passed', () => work.clock.elapsedMs() >= 10_000)
  const triesIn10s = tries
  isBroken = false
  await work.passTime('the view has caught up', () => statusOf(work).lag === 0)

  assert(triesIn10s >= 5 && triesIn10s <= 9, `${triesIn10s} tries`)
  assert.equal(statusOf(work).error, null)
})

test('a stalled view goes on once its app is opened with a mended projector', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const broken = projecting((event, view) => {
    if (event.aggregateId === 'bad') throw new Error('cannot')
    add(event, view)
  })
  const first = await Workplace.open(t, { dataDir, projectors: [broken] })
  await first.add('a', 'bad', 'a')
  await until('the view fails', () => statusOf(first).state === 'failing')
  await first.close()

  const mended = projecting(add)
  const second = await Workplace.open(t, { dataDir, projectors: [mended] })
  await second.runtime.caughtUp(3, { view: mended })

  assert.deepEqual(await second.runtime.view(mended).get('a'), { n: 2 })
  assert.deepEqual(await second.runtime.view(mended).get('bad'), { n: 1 })
})

test('a stalled view holds up no other', async (t) => {
  const fine = defineProjector('Fine', {
    version: 1,
    from: [Counter],
    row: rowType<Row>(),
    on: { Added: add },
  })
  const work = await Workplace.open(t, {
    projectors: [projecting(() => assert.fail('cannot')), fine],
  })

  const position = await work.add('a', 'b')
  await work.runtime.caughtUp(position, { view: fine })

  assert.equal(await work.runtime.view(fine).count(), 2)
})
