/** The part of the event store contract about snapshots: a cache of states. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { appendEvents } from '../store/append.js'
import type { EventStore } from '../store/contracts.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend } from './sample-events.js'

export function snapshotContract(openStore: OpenStore): void {
  describe('snapshots', () => {
    roundTripTests(openStore)
    soundnessTests(openStore)
    deletionTests(openStore)
  })
}

function roundTripTests(openStore: OpenStore): void {
  test('a stream without a snapshot has none', async (t) => {
    const store = await openStore(t)

    assert.equal(await store.readSnapshot('Account-1'), undefined)
  })

  test('the newest snapshot replaces the older one and is read back equal', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 1, 2)])
    const state = { total: 3, at: new Date(1), bytes: Buffer.from([1]), list: [null, 2n ** 60n] }

    await store.writeSnapshot('Account-1', { version: 1, position: 1, stateVersion: 1, state: 1 })
    await store.writeSnapshot('Account-1', { version: 2, position: 2, stateVersion: 7, state })

    assert.deepEqual(await store.readSnapshot('Account-1'), {
      version: 2,
      position: 2,
      stateVersion: 7,
      state,
    })
  })
}

function soundnessTests(openStore: OpenStore): void {
  test('a snapshot of events that are not durable is a programmer error', async (t) => {
    const store = await openStore(t)
    store.stage([sampleAppend('1', 'none', 1)])

    const snapshot = { version: 1, position: 1, stateVersion: 1, state: null }

    await assert.rejects(store.writeSnapshot('Account-1', snapshot), { name: 'AssertionError' })
  })

  test('a snapshot that is ahead of its stream is ignored', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 1), sampleAppend('2', 'none', 1)])

    await store.writeSnapshot('Account-1', { version: 2, position: 2, stateVersion: 1, state: 1 })

    assert.equal(await store.readSnapshot('Account-1'), undefined)
  })

  test('a snapshot whose position is not that of its version is ignored', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 1), sampleAppend('2', 'none', 1, 2)])

    await store.writeSnapshot('Account-2', { version: 2, position: 1, stateVersion: 1, state: 1 })
    const atHead = await store.readSnapshot('Account-2')
    await store.writeSnapshot('Account-2', { version: 1, position: 3, stateVersion: 1, state: 1 })
    const below = await store.readSnapshot('Account-2')

    assert.deepEqual([atHead, below], [undefined, undefined])
  })

  test('a snapshot is a copy of the state', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    const state = { list: [1] }
    await store.writeSnapshot('Account-1', { version: 1, position: 1, stateVersion: 1, state })

    state.list.push(2)

    assert.deepEqual((await store.readSnapshot('Account-1'))?.state, { list: [1] })
  })
}

function deletionTests(openStore: OpenStore): void {
  test('a deleted snapshot is gone, and those of other streams stay', async (t) => {
    const store = await openStore(t)
    await keepTwo(store)

    await store.deleteSnapshot('Account-1')
    await store.deleteSnapshot('Account-3')

    assert.equal(await store.readSnapshot('Account-1'), undefined)
    assert.equal((await store.readSnapshot('Account-2'))?.state, 'second')
  })

  test('all snapshots are deleted at once, and new ones are kept afterwards', async (t) => {
    const store = await openStore(t)
    await keepTwo(store)

    await store.deleteSnapshots()
    const deleted = [await store.readSnapshot('Account-1'), await store.readSnapshot('Account-2')]
    await keep(store, 'Account-2', 2, 'again')

    assert.deepEqual(deleted, [undefined, undefined])
    assert.equal((await store.readSnapshot('Account-2'))?.state, 'again')
  })

  test('a deletion comes after the writes that were asked for before it', async (t) => {
    const store = await openStore(t)
    await keepTwo(store)

    await Promise.all([keep(store, 'Account-1', 1, 'late'), store.deleteSnapshots()])

    assert.equal(await store.readSnapshot('Account-1'), undefined)
  })
}

async function keepTwo(store: EventStore): Promise<void> {
  await appendEvents(store, [sampleAppend('1', 'none', 1), sampleAppend('2', 'none', 1)])
  await keep(store, 'Account-1', 1, 'first')
  await keep(store, 'Account-2', 2, 'second')
}

/** Keeps a snapshot of version 1. */
async function keep(
  store: EventStore,
  streamId: string,
  position: number,
  state: string,
): Promise<void> {
  await store.writeSnapshot(streamId, { version: 1, position, stateVersion: 1, state })
}
