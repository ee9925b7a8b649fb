/** The part of the event store contract about tags and the boundaries of decisions. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecordedEvent } from '../events/event.js'
import type { EventStore, StreamAppend } from '../store/contracts.js'
import type { TagQuery } from '../store/tags.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend, sampleEvent } from './sample-events.js'

export function tagContract(openStore: OpenStore): void {
  describe('tags', () => {
    tagTests(openStore)
    boundaryTests(openStore)
    boundaryEndTests(openStore)
  })
}

const course: TagQuery = [{ tags: ['c:1'], wantsType: (type) => type === 'A' }]

/** An append of one event with tags. */
function tagged(id: string, type: string, ...tags: readonly string[]): StreamAppend {
  const event = { ...sampleEvent({}, type), tags }
  return { aggregateType: 'Account', aggregateId: id, expectedVersion: 'any', events: [event] }
}

async function append(store: EventStore, ...appends: readonly StreamAppend[]): Promise<void> {
  for (const each of appends) store.stage([each])
  await store.commit()
}

async function positionsOf(store: EventStore, query: TagQuery, range = {}): Promise<number[]> {
  const events = await collect(store.readTagged(query, range))
  return events.map(({ position }) => position)
}

function tagTests(openStore: OpenStore): void {
  test('events are found by any of the items, with all of its tags, oldest first', async (t) => {
    const store = await openStore(t)
    await append(
      store,
      tagged('1', 'A', 'c:1'),
      tagged('2', 'A', 'c:1', 's:1'),
      sampleAppend('3', 'any', 1),
      tagged('1', 'B', 's:1', 'c:1'),
      tagged('1', 'B', 'c:10'),
      tagged('2', 'B', 's:2'),
    )

    const found = [
      await positionsOf(store, [{ tags: ['c:1'] }]),
      await positionsOf(store, [{ tags: ['c:1', 's:1'] }]),
      await positionsOf(store, [{ tags: ['c:1'], wantsType: (type) => type === 'B' }]),
      await positionsOf(store, [{ tags: ['s:2'] }, { tags: ['c:1'] }, { tags: ['c:1', 's:1'] }]),
      await positionsOf(store, [{ tags: ['c:1'] }], { after: 1, to: 3 }),
      await positionsOf(store, [{ tags: ['c:2'] }]),
    ]

    assert.deepEqual(found, [[1, 2, 4], [2, 4], [4], [1, 2, 4, 6], [2], []])
  })

  test('what is read by tag is what was staged, across many chunks and commits', async (t) => {
    const store = await openStore(t)
    const placed: RecordedEvent[] = []
    for (let commits = 0; commits < 3; commits++) {
      for (let events = 0; events < 200; events++) {
        placed.push(...store.stage([tagged(`${events % 7}`, 'A', 'all')]).flat())
      }
      await store.commit()
    }

    assert.deepEqual(await collect(store.readTagged([{ tags: ['all'] }])), placed)
  })

  test('staged events are not found, nor are those whose staging failed', async (t) => {
    const store = await openStore(t)
    store.stage([tagged('1', 'A', 'c:1')])
    assert.throws(() => store.stage([tagged('2', 'A', 'c:1')], refuse))

    const before = await positionsOf(store, [{ tags: ['c:1'] }])
    await store.commit()

    assert.deepEqual([before, await positionsOf(store, [{ tags: ['c:1'] }])], [[], [1]])
  })

  test('durable events can be indexed later, again and in any order', async (t) => {
    const store = await openStore(t)
    await append(store, sampleAppend('1', 'any', 1, 2, 3), tagged('2', 'A', 'c:1'))

    await store.indexTags([])
    await store.indexTags([{ position: 3, tags: ['c:1'] }])
    await store.indexTags([
      { position: 3, tags: ['c:1'] },
      { position: 1, tags: ['c:1', 'c:2'] },
    ])

    assert.deepEqual(await positionsOf(store, [{ tags: ['c:1'] }]), [1, 3, 4])
    assert.deepEqual(await positionsOf(store, [{ tags: ['c:2'] }]), [1])
  })
}

function boundaryTests(openStore: OpenStore): void {
  test('a boundary knows what is staged and not durable', async (t) => {
    const store = await openStore(t)
    await append(store, tagged('1', 'A', 'c:1'))
    store.stage([tagged('1', 'A', 'c:1')])
    const committing = store.commit()
    store.stage([tagged('2', 'A', 'c:1')])
    store.stage([tagged('2', 'B', 'c:1')])

    const { head, after, staged } = store.boundaryOf(course)

    assert.deepEqual([head, after, staged.map(({ position }) => position)], [1, 4, [2, 3]])
    await committing
    await store.commit()
  })

  test('what is staged is found as what is durable is: by any item, with all of its tags', async (t) => {
    const store = await openStore(t)
    store.stage([tagged('1', 'A', 'c:1')])
    store.stage([tagged('2', 'A', 'c:1', 's:1')])
    store.stage([tagged('3', 'B', 's:1', 'c:1')])
    const found = (query: TagQuery): number[] =>
      store.boundaryOf(query).staged.map(({ position }) => position)

    assert.deepEqual(found([{ tags: ['c:1'] }]), [1, 2, 3])
    assert.deepEqual(found([{ tags: ['c:1', 's:1'] }]), [2, 3])
    assert.deepEqual(found([{ tags: ['s:1'], wantsType: (type) => type === 'B' }]), [3])
    assert.deepEqual(
      found([{ tags: ['c:2'] }, { tags: ['s:1'] }, { tags: ['c:1', 's:1'] }]),
      [2, 3],
    )
  })

  test('what was staged before a boundary was made is no conflict with it', async (t) => {
    const store = await openStore(t)
    store.stage([tagged('1', 'A', 'c:1')])
    const boundary = store.boundaryOf(course)
    store.stage([sampleAppend('3', 'any', 1)])

    const placed = store.stage([tagged('2', 'A', 'c:1')], undefined, boundary)

    assert.equal(placed[0]?.[0]?.position, 3)
  })

  for (const [how, meanwhile] of [
    ['staged', async (store: EventStore) => void store.stage([tagged('2', 'A', 'x', 'c:1')])],
    ['durable', (store: EventStore) => append(store, tagged('2', 'A', 'x', 'c:1'))],
    ['both', (store: EventStore) => stagedTwice(store)],
  ] as const) {
    test(`an event in between that is ${how} is a conflict, and nothing is staged`, async (t) => {
      const store = await openStore(t)
      await append(store, tagged('1', 'A', 'c:1'))
      const boundary = store.boundaryOf(course)
      await meanwhile(store)
      await store.commit()
      const head = store.head

      assert.throws(() => store.stage([tagged('3', 'A', 'c:1')], undefined, boundary), {
        code: 'DRAMATIS_BOUNDARY_CONFLICT',
        tags: ['c:1'],
      })

      assert.deepEqual(await store.commit(), { after: head, to: head })
    })
  }
}

function boundaryEndTests(openStore: OpenStore): void {
  test('events that the query does not find are no conflict', async (t) => {
    const store = await openStore(t)
    const boundary = store.boundaryOf(course)
    await append(
      store,
      tagged('1', 'B', 'c:1'),
      tagged('1', 'A', 'c:2'),
      sampleAppend('1', 'any', 1),
    )
    store.stage([tagged('1', 'B', 'c:1')])

    const placed = store.stage([tagged('1', 'A', 'c:1')], undefined, boundary)

    assert.equal(placed[0]?.[0]?.position, 5)
    assert.throws(() => store.stage([tagged('1', 'A', 'c:1')], undefined, boundary), {
      code: 'DRAMATIS_BOUNDARY_CONFLICT',
    })
  })

  test('a boundary from before a failed commit holds for nothing', async (t) => {
    let isFailing = true
    const store = await openStore(t, {
      failpoint: () => {
        if (isFailing) throw new Error('disk on fire')
      },
    })
    store.stage([tagged('1', 'A', 'c:1')])
    const boundary = store.boundaryOf(course)
    await assert.rejects(store.commit(), { code: 'DRAMATIS_COMMIT_UNKNOWN' })
    isFailing = false
    await store.reopen()

    assert.throws(() => store.stage([tagged('1', 'A', 'c:1')], undefined, boundary), {
      code: 'DRAMATIS_BOUNDARY_CONFLICT',
    })

    assert.deepEqual(store.boundaryOf(course).staged, [])
    assert.deepEqual(await positionsOf(store, course), [])
  })
}

async function stagedTwice(store: EventStore): Promise<void> {
  store.stage([tagged('2', 'A', 'c:1')])
  await store.commit()
  store.stage([tagged('2', 'A', 'c:1')])
}

function refuse(): undefined {
  throw new Error('no')
}
