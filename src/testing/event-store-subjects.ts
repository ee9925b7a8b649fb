/** The part of the event store contract about sealed fields: what destroying a key does. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDeferred } from '../base/deferred.js'
import type { PersonalField } from '../events/sealed-fields.js'
import { appendEvents } from '../store/append.js'
import type { EventStore, ExpectedVersion, StreamAppend } from '../store/contracts.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend, sampleEvent } from './sample-events.js'

export function subjectsContract(openStore: OpenStore): void {
  describe('sealed fields', () => {
    readingTests(openStore)
    stagingTests(openStore)
    destroyingTests(openStore)
    undisturbedTests(openStore)
    pendingTests(openStore)
    snapshotTests(openStore)
  })
}

const noneInMemory = async (): Promise<void> => {}

/** An event with a name of one subject and an email of another; a field is of nobody when left out. */
function personalEvent(
  name: string,
  email: string,
  subjects: { readonly name?: string; readonly email?: string },
): StreamAppend['events'][number] {
  const personal: PersonalField[] = []
  for (const field of ['name', 'email'] as const) {
    const subjectId = subjects[field]
    if (subjectId !== undefined) personal.push({ field, subjectId, forgotten: `no ${field}` })
  }
  return { ...sampleEvent({ name, email, n: 1 }, 'Registered'), personal }
}

function append(
  id: string,
  expectedVersion: ExpectedVersion,
  ...events: StreamAppend['events']
): StreamAppend {
  return { aggregateType: 'Person', aggregateId: id, expectedVersion, events }
}

/** Person-1: Ada's name and Bob's email, then a plain event; Person-2: Bob's name and email. */
async function fill(store: EventStore): Promise<void> {
  const mixed = personalEvent('Ada', 'bob@example.test', { name: 'ada', email: 'bob' })
  const own = personalEvent('Bob', 'bob@example.test', { name: 'bob', email: 'bob' })
  await appendEvents(store, [append('1', 'none', mixed, sampleEvent({ amount: 7 }))])
  await appendEvents(store, [append('2', 'none', own)])
}

/** Payload and forgotten fields of every event. */
async function readAll(store: EventStore): Promise<unknown[]> {
  const { events } = await store.readBatch({ after: 0, eventsMax: 100 })
  return events.map(({ data, forgotten }) => [data, forgotten ?? null])
}

const mixed = { name: 'Ada', email: 'bob@example.test', n: 1 }
const own = { name: 'Bob', email: 'bob@example.test', n: 1 }
const all = [
  [mixed, null],
  [{ amount: 7 }, null],
  [own, null],
]

function readingTests(openStore: OpenStore): void {
  test('are read as they were given, by position and by stream', async (t) => {
    const store = await openStore(t)
    await fill(store)

    assert.deepEqual(await readAll(store), all)
    const stream = await collect(store.readStream('Person-1'))
    assert.deepEqual(
      stream.map(({ data }) => data),
      [mixed, { amount: 7 }],
    )
  })

  test('read as their replacements once the key is destroyed, by every reader', async (t) => {
    const store = await openStore(t)
    await fill(store)

    await store.subjects.destroy(['ada'], noneInMemory)

    const left = [{ ...mixed, name: 'no name' }, ['name']]
    assert.deepEqual(await readAll(store), [left, ...all.slice(1)])
    const [first] = await collect(store.readStream('Person-1', { limit: 1 }))
    assert.deepEqual([first!.data, first!.forgotten], left)
  })

  test('name every type that was ever sealed, and no other', async (t) => {
    const store = await openStore(t)
    assert.deepEqual(store.subjects.sealedTypes, [])
    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    assert.deepEqual(store.subjects.sealedTypes, [])

    await fill(store)

    assert.deepEqual(store.subjects.sealedTypes, [
      { aggregateType: 'Person', type: 'Registered', schemaVersion: 1 },
    ])
  })
}

function stagingTests(openStore: OpenStore): void {
  test('of somebody forgotten are refused, and nothing of the call is staged', async (t) => {
    const store = await openStore(t)
    await fill(store)
    await store.subjects.destroy(['ada'], noneInMemory)
    const event = personalEvent('Ada', 'new@example.test', { name: 'ada', email: 'new' })

    const stage = (): unknown =>
      store.stage([sampleAppend('9', 'none', 1), append('3', 'none', event)])

    assert.throws(stage, { code: 'DRAMATIS_SUBJECT_FORGOTTEN', subjectId: 'ada' })
    assert.deepEqual(await store.commit(), { after: 3, to: 3 })
    await appendEvents(store, [append('3', 'none', sampleEvent({ amount: 1 }))])
    assert.equal(store.head, 4)
  })

  test('are given back by stage as they came', async (t) => {
    const store = await openStore(t)
    const event = personalEvent('Ada', 'ada@example.test', { name: 'ada' })

    const [placed] = store.stage([append('1', 'none', event)]).flat()

    assert.deepEqual(placed!.data, { name: 'Ada', email: 'ada@example.test', n: 1 })
  })
}

function undisturbedTests(openStore: OpenStore): void {
  test('are not destroyed, and gain no keys, while somebody must not be disturbed', async (t) => {
    const store = await openStore(t)
    await fill(store)
    const done = createDeferred<void>()
    const order: string[] = []

    const undisturbed = store.subjects.undisturbed(async () => {
      await done.promise
      order.push('undisturbed')
    })
    const destroyed = store.subjects
      .destroy(['ada'], noneInMemory)
      .then(() => order.push('destroyed'))
    const appended = appendEvents(store, [
      append('3', 'none', personalEvent('Cy', 'cy@example.test', { name: 'cy' })),
    ]).then(() => order.push('appended'))
    assert.deepEqual(await readAll(store), all)
    done.resolve()
    await Promise.all([undisturbed, destroyed, appended])

    assert.equal(order[0], 'undisturbed')
    assert.equal(order.length, 3)
  })
}

function destroyingTests(openStore: OpenStore): void {
  test('of an unknown subject cannot be forgotten, nor anybody named beside it', async (t) => {
    const store = await openStore(t)
    await fill(store)

    await assert.rejects(store.subjects.destroy(['ada', 'eve'], noneInMemory), {
      code: 'DRAMATIS_UNKNOWN_SUBJECT',
      subjectId: 'eve',
    })

    assert.deepEqual(await readAll(store), all)
    const { subjects } = store
    assert.deepEqual(
      ['ada', 'bob', 'eve'].map((each) => subjects.stateOf(each)),
      ['known', 'known', 'unknown'],
    )
  })

  test('are forgotten when they were staged and not yet committed', async (t) => {
    const store = await openStore(t)
    store.stage([append('1', 'none', personalEvent('Ada', 'ada@example.test', { name: 'ada' }))])

    await store.subjects.destroy(['ada'], noneInMemory)
    await store.commit()

    const data = { name: 'no name', email: 'ada@example.test', n: 1 }
    assert.deepEqual(await readAll(store), [[data, ['name']]])
  })

  test('cannot be forgotten while the store is stopped', async (t) => {
    let isFailing = false
    const store = await openStore(t, {
      failpoint: (step) => {
        if (step === 'commit' && isFailing) throw new Error('the power went')
      },
    })
    await fill(store)
    isFailing = true
    store.stage([sampleAppend('1', 'none', 1)])
    await assert.rejects(store.commit(), { code: 'DRAMATIS_COMMIT_UNKNOWN' })

    const stopped = { code: 'DRAMATIS_STORE_STOPPED' }
    await assert.rejects(store.subjects.destroy(['ada'], noneInMemory), stopped)
    assert.throws(() => store.subjects.stateOf('ada'), stopped)
    await store.reopen()

    assert.deepEqual(await readAll(store), all)
  })
}

function pendingTests(openStore: OpenStore): void {
  test('are pending until what else held them is said to be gone', async (t) => {
    const store = await openStore(t)
    await fill(store)

    await store.subjects.destroy(['ada', 'bob'], noneInMemory)
    const { pending } = store.subjects
    await store.subjects.finish()

    assert.deepEqual([pending, store.subjects.pending], [2, 0])
    assert.equal(store.subjects.stateOf('ada'), 'forgotten')
  })

  test('can be forgotten again, beside somebody new', async (t) => {
    const store = await openStore(t)
    await fill(store)
    await store.subjects.destroy(['ada'], noneInMemory)
    await store.subjects.finish()

    await store.subjects.destroy(['ada', 'bob'], noneInMemory)

    assert.equal(store.subjects.pending, 1)
    const data = { name: 'no name', email: 'no email', n: 1 }
    assert.deepEqual(await readAll(store), [
      [data, ['name', 'email']],
      [{ amount: 7 }, null],
      [data, ['name', 'email']],
    ])
  })
}

function snapshotTests(openStore: OpenStore): void {
  const snapshot = { version: 1, position: 1, stateVersion: 1, state: { name: 'Ada' } }

  test('make snapshots of their actors unreadable too, and no others', async (t) => {
    const store = await openStore(t)
    await fill(store)
    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    const other = { version: 1, position: 4, stateVersion: 1, state: 'plain' }
    await store.writeSnapshot('Person-1', snapshot)
    await store.writeSnapshot('Account-1', other)
    assert.deepEqual(await store.readSnapshot('Person-1'), snapshot)

    await store.subjects.destroy(['bob'], noneInMemory)

    assert.equal(await store.readSnapshot('Person-1'), undefined)
    assert.deepEqual(await store.readSnapshot('Account-1'), other)
  })

  test('are not kept in a snapshot as long as a state in memory may hold them', async (t) => {
    const store = await openStore(t)
    await fill(store)
    const dropped = createDeferred()

    const destroyed = store.subjects.destroy(['ada'], () => dropped.promise)
    while (store.subjects.stateOf('ada') !== 'forgotten') await new Promise(setImmediate)
    await store.writeSnapshot('Person-1', snapshot)
    dropped.resolve()
    await destroyed

    assert.equal(await store.readSnapshot('Person-1'), undefined)
    await store.writeSnapshot('Person-1', { ...snapshot, state: { name: 'no name' } })
    assert.deepEqual((await store.readSnapshot('Person-1'))?.state, { name: 'no name' })
  })
}
