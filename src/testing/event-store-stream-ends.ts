/** The part of the event store contract about the end of streams: closing them and deleting them. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { streamClosed, streamDeleted } from '../events/stream-end.js'
import { appendEvents } from '../store/append.js'
import type { EventStore, StreamAppend } from '../store/contracts.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend, sampleEvent } from './sample-events.js'

function endOf(id: string, type: string): StreamAppend {
  const events = [sampleEvent({ reason: 'enough' }, type)]
  return { aggregateType: 'Account', aggregateId: id, expectedVersion: 'any', events }
}

async function close(store: EventStore, id: string): Promise<void> {
  await appendEvents(store, [endOf(id, streamClosed)])
}

async function remove(store: EventStore, id: string): Promise<void> {
  await appendEvents(store, [endOf(id, streamDeleted)])
}

export function streamEndContract(openStore: OpenStore): void {
  describe('the end of a stream', () => {
    closingTests(openStore)
    deletingTests(openStore)
    deletedTests(openStore)
  })
}

function closingTests(openStore: OpenStore): void {
  test('a closed stream keeps its events and takes no more', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 10, 20)])

    await close(store, '1')

    const ended = { code: 'DRAMATIS_STREAM_ENDED', streamId: 'Account-1', state: 'closed' }
    assert.throws(() => store.stage([sampleAppend('1', 'any', 30)]), ended)
    assert.throws(() => store.stage([endOf('1', streamClosed)]), ended)
    assert.deepEqual(await store.readStreamHead('Account-1'), {
      version: 3,
      position: 3,
      state: 'closed',
    })
    const [first, second, last] = await collect(store.readStream('Account-1'))
    assert.deepEqual([first?.data, second?.data], [{ amount: 10 }, { amount: 20 }])
    assert.deepEqual([last?.type, last?.data], [streamClosed, { reason: 'enough' }])
  })

  test('a stream is closed as soon as that is staged, and nothing else of the call is staged', async (t) => {
    const store = await openStore(t)
    store.stage([endOf('1', streamClosed)])

    assert.throws(() => store.stage([sampleAppend('2', 'any', 1), sampleAppend('1', 'any', 1)]), {
      code: 'DRAMATIS_STREAM_ENDED',
    })

    assert.deepEqual(await store.commit(), { after: 0, to: 1 })
  })
}

function deletingTests(openStore: OpenStore): void {
  test('a deleted stream keeps its places and nothing in them', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 10), sampleAppend('2', 'none', 5)])
    const [before] = await appendEvents(store, [sampleAppend('1', 1, 20)])
    await close(store, '1')

    await remove(store, '1')

    const events = await collect(store.readStream('Account-1'))
    assert.deepEqual(
      events.map(({ version, position, type }) => [version, position, type]),
      [1, 3, 4, 5].map((position, at) => [at + 1, position, streamDeleted]),
    )
    assert.deepEqual(events[1]?.data, {})
    assert.deepEqual(events[1]?.recordedAt, before?.recordedAt)
    assert.deepEqual(events[3]?.data, { reason: 'enough' })
    assert.equal((await store.readStreamHead('Account-1')).state, 'deleted')
    assert.deepEqual(
      (await collect(store.readStream('Account-2'))).map(({ data }) => data),
      [{ amount: 5 }],
    )
  })
}

function deletedTests(openStore: OpenStore): void {
  test('a stream is deleted while another one is being committed', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 10)])
    store.stage([sampleAppend('2', 'none', 20)])
    const committing = store.commit()

    store.stage([endOf('1', streamDeleted)])
    await committing
    await store.commit()

    assert.equal((await store.readStreamHead('Account-1')).state, 'deleted')
    assert.equal((await store.readStreamHead('Account-2')).state, 'open')
  })

  test('a deleted stream takes nothing, and has no snapshot', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 10)])
    await store.writeSnapshot('Account-1', {
      version: 1,
      position: 1,
      stateVersion: 1,
      state: { cents: 10 },
    })
    await close(store, '1')

    await remove(store, '1')

    assert.equal(await store.readSnapshot('Account-1'), undefined)
    assert.throws(() => store.stage([sampleAppend('1', 'any', 30)]), {
      code: 'DRAMATIS_STREAM_ENDED',
      state: 'deleted',
    })
  })

  test('what is read by position after a deletion is dense', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 1, 2, 3), sampleAppend('2', 'none', 4)])
    await close(store, '1')
    await remove(store, '1')

    const { events } = await store.readBatch({ after: 0, eventsMax: 100 })

    assert.deepEqual(
      events.map(({ position, type }) => [position, type]),
      [
        [1, streamDeleted],
        [2, streamDeleted],
        [3, streamDeleted],
        [4, 'Deposited'],
        [5, streamDeleted],
        [6, streamDeleted],
      ],
    )
  })

  test('deleting a stream without events reserves its id', async (t) => {
    const store = await openStore(t)

    await remove(store, '1')

    assert.throws(() => store.stage([sampleAppend('1', 'none', 1)]), { state: 'deleted' })
  })
}
