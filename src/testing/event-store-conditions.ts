/** The part of the event store contract about tags, the boundaries of decisions, and claims. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecordedEvent } from '../events/event.js'
import { type ClaimChanges, claimKey } from '../store/claims.js'
import type { EventStore, StreamAppend } from '../store/contracts.js'
import type { TagQuery } from '../store/tags.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend, sampleEvent } from './sample-events.js'

export function conditionContract(openStore: OpenStore): void {
  describe('tags', () => {
    tagTests(openStore)
    boundaryTests(openStore)
  })
  describe('claims', () => {
    claimTests(openStore)
    claimFailureTests(openStore)
  })
}

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

function email(value: string): { name: string; value: string } {
  return { name: 'Customer.email', value }
}

/** Stages an event of a stream with what it claims and releases. */
function claim(
  store: EventStore,
  id: string,
  claimed: readonly string[],
  released: readonly string[] = [],
): readonly (readonly RecordedEvent[])[] {
  return store.stage([sampleAppend(id, 'any', 1)], () => [changes(id, claimed, released)])
}

function changes(
  id: string,
  claimed: readonly string[],
  released: readonly string[],
): ClaimChanges {
  return {
    streamId: `Account-${id}`,
    claimed: claimed.map(email),
    released: released.map((value) => claimKey(email(value))),
  }
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
  const course: TagQuery = [{ tags: ['c:1'], wantsType: (type) => type === 'A' }]

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

function claimTests(openStore: OpenStore): void {
  test('a claim has one owner, whether staged, being committed or durable', async (t) => {
    const store = await openStore(t)
    const taken = { code: 'DRAMATIS_CLAIM_TAKEN', owner: 'Account-1', streamId: 'Account-2' }

    claim(store, '1', ['a'])
    assert.throws(() => claim(store, '2', ['b', 'a']), { ...taken, value: 'a' })
    const committing = store.commit()
    assert.throws(() => claim(store, '2', ['a']), taken)
    await committing
    assert.throws(() => claim(store, '2', ['a']), { ...taken, claim: 'Customer.email' })
    claim(store, '1', ['a'])
    claim(store, '2', ['b'])
    await store.commit()

    assert.equal(store.head, 3)
    assert.equal(await store.readClaimOwner(email('a')), 'Account-1')
    assert.equal(await store.readClaimOwner(email('b')), 'Account-2')
    assert.equal(await store.readClaimOwner({ name: 'Customer.phone', value: 'a' }), undefined)
  })

  test('a claim is free from the moment that its release is staged', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    await store.commit()

    claim(store, '1', [], ['a'])
    claim(store, '2', ['a'])
    const before = await store.readClaimOwner(email('a'))
    await store.commit()
    claim(store, '2', [], ['a'])
    await store.commit()

    assert.deepEqual([before, await store.readClaimOwner(email('a'))], ['Account-1', undefined])
  })

  test('in one call everything is released before anything is claimed', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    claim(store, '2', ['b'])
    await store.commit()

    store.stage([sampleAppend('1', 'any', 1), sampleAppend('2', 'any', 1)], () => [
      changes('1', ['b'], ['a']),
      changes('2', ['a'], ['b']),
    ])
    await store.commit()

    assert.equal(await store.readClaimOwner(email('a')), 'Account-2')
    assert.equal(await store.readClaimOwner(email('b')), 'Account-1')
  })

  test('two streams cannot claim one value in one call', async (t) => {
    const store = await openStore(t)
    const both = () => [changes('1', ['a'], []), changes('2', ['a'], [])]

    assert.throws(
      () => store.stage([sampleAppend('1', 'any', 1), sampleAppend('2', 'any', 1)], both),
      { code: 'DRAMATIS_CLAIM_TAKEN', owner: 'Account-1' },
    )

    assert.deepEqual(await store.commit(), { after: 0, to: 0 })
    assert.equal(await store.readClaimOwner(email('a')), undefined)
  })

  test('only the owner of a claim releases it', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    claim(store, '2', [], ['a'])

    await store.commit()

    assert.equal(await store.readClaimOwner(email('a')), 'Account-1')
  })

  test('claims can change without events', async (t) => {
    const store = await openStore(t)
    const results: unknown[] = []
    store.onCommit((result) => results.push(result))

    store.stage([], () => [changes('1', ['a'], [])])
    const result = await store.commit()

    assert.deepEqual([result, results], [{ after: 0, to: 0 }, []])
    assert.equal(await store.readClaimOwner(email('a')), 'Account-1')
  })
}

function claimFailureTests(openStore: OpenStore): void {
  test('the claims of a commit that failed are free again', async (t) => {
    let isFailing = true
    const store = await openStore(t, {
      failpoint: () => {
        if (isFailing) throw new Error('disk on fire')
      },
    })
    claim(store, '1', ['a'])
    await assert.rejects(store.commit(), { code: 'DRAMATIS_COMMIT_UNKNOWN' })
    isFailing = false
    await store.reopen()

    claim(store, '2', ['a'])
    await store.commit()

    assert.equal(await store.readClaimOwner(email('a')), 'Account-2')
  })

  test('a refused claim leaves versions, positions and other claims as they were', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    assert.throws(() => claim(store, '2', ['b', 'a']), { code: 'DRAMATIS_CLAIM_TAKEN' })

    const [[event]] = claim(store, '3', ['b']) as [[RecordedEvent]]

    assert.deepEqual([event.version, event.position], [1, 2])
    await store.commit()
    assert.equal(await store.readClaimOwner(email('b')), 'Account-3')
  })

  test('the claims of one name are listed a page at a time', async (t) => {
    const store = await openStore(t)
    const values = ['a', 'b', 'c', 'd', 'e']
    for (const value of values) claim(store, value, [value])
    const phone = { name: 'Customer.phone', value: '1' }
    store.stage([], () => [{ streamId: 'Account-1', claimed: [phone], released: [] }])
    await store.commit()

    const first = await store.readClaims('Customer.email', undefined, 3)
    const rest = await store.readClaims('Customer.email', first.at(-1)?.key, 3)

    assert.deepEqual([first.length, rest.length], [3, 2])
    assert.deepEqual(
      [...first, ...rest].map(({ key }) => key),
      values.map((value) => claimKey(email(value))).sort(),
    )
    assert.deepEqual(
      [...first, ...rest].map(({ owner }) => owner).sort(),
      values.map((value) => `Account-${value}`),
    )
  })
}
