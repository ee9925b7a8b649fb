/** The part of the event store contract about reading: streams, batches, filters, following. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashText } from '../base/hash.js'
import { appendEvents } from '../store/append.js'
import type { EventStore, ReadStreamOptions } from '../store/contracts.js'
import { readLog } from '../store/read-log.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend, sampleEvent } from './sample-events.js'

export function readingContract(openStore: OpenStore): void {
  describe('reading', () => {
    streamTests(openStore)
    manyStreamsTests(openStore)
    batchTests(openStore)
    filterTests(openStore)
    followingTests(openStore)
  })
}

function streamTests(openStore: OpenStore): void {
  test('the head of a stream that does not exist is version 0', async (t) => {
    const store = await openStore(t)

    assert.deepEqual(await store.readStreamHead('Account-1'), {
      version: 0,
      position: 0,
      state: 'open',
    })

    assert.deepEqual(await collect(store.readStream('Account-1')), [])
    assert.deepEqual(await collect(store.readStream('Account-1', { backward: true })), [])
  })

  test('a stream is read forward and backward, within versions and limits', async (t) => {
    const store = await openStore(t)
    for (let at = 1; at <= 10; at++) {
      await appendEvents(store, [sampleAppend('1', 'any', at), sampleAppend('2', 'any', -at)])
    }
    const versions = async (options: ReadStreamOptions): Promise<number[]> =>
      (await collect(store.readStream('Account-1', options))).map((event) => event.version)

    assert.deepEqual(await versions({}), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert.deepEqual(await versions({ afterVersion: 7 }), [8, 9, 10])
    assert.deepEqual(await versions({ afterVersion: 2, toVersion: 4 }), [3, 4])
    assert.deepEqual(await versions({ afterVersion: 2, limit: 2 }), [3, 4])
    assert.deepEqual(await versions({ afterVersion: 10 }), [])
    assert.deepEqual(await versions({ toVersion: 99, afterVersion: 9 }), [10])
    assert.deepEqual(await versions({ limit: 0 }), [])
    assert.deepEqual(await versions({ backward: true, limit: 3 }), [10, 9, 8])
    assert.deepEqual(await versions({ backward: true, toVersion: 3 }), [3, 2, 1])
    assert.deepEqual(await versions({ backward: true, afterVersion: 8 }), [10, 9])
    assert.deepEqual(await versions({ backward: true, toVersion: 5, limit: 2 }), [5, 4])
  })
}

function manyStreamsTests(openStore: OpenStore): void {
  test('a long stream is read whole, both ways, while others are written', async (t) => {
    const store = await openStore(t)
    const amounts = Array.from({ length: 1_000 }, (_, at) => at)
    await appendEvents(store, [sampleAppend('1', 'none', ...amounts)])

    const forward: unknown[] = []
    for await (const event of store.readStream('Account-1')) {
      if (forward.push(amountOf(event.data)) % 300 === 0) {
        await appendEvents(store, [sampleAppend('1', 'any', -1), sampleAppend('2', 'any', 1)])
      }
    }
    const backward = await collect(
      store.readStream('Account-1', { backward: true, toVersion: 1_000 }),
    )

    assert.deepEqual(forward, amounts)
    assert.deepEqual(backward.map((event) => amountOf(event.data)).reverse(), amounts)
  })

  test('ids that share a beginning are different streams', async (t) => {
    const store = await openStore(t)
    const ids = [
      '1',
      '1-',
      '1-1',
      'ä',
      'a\u0308',
      `${'x'.repeat(63)}\u0001`,
      `${'x'.repeat(63)}\u0004\u0001`,
    ]
    for (const id of ids) await appendEvents(store, [sampleAppend(id, 'none', id.length)])

    for (const id of ids) {
      const events = await collect(store.readStream(`Account-${id}`))
      assert.deepEqual(
        events.map((event) => [event.aggregateId, event.data]),
        [[id, { amount: id.length }]],
      )
    }
  })
}

function batchTests(openStore: OpenStore): void {
  test('a batch ends at its limits and says how far it looked', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 1, 2, 3, 4, 5, 6)])

    const byEvents = await store.readBatch({ after: 1, eventsMax: 2 })
    const byPosition = await store.readBatch({ after: 0, eventsMax: 100, to: 3 })
    const byBytes = await store.readBatch({ after: 0, eventsMax: 100, bytesMax: 1 })
    const byScan = await store.readBatch({ after: 2, eventsMax: 100, scanMax: 1 })
    const beyond = await store.readBatch({ after: 6, eventsMax: 100 })

    assert.deepEqual(
      byEvents.events.map((event) => event.position),
      [2, 3],
    )
    assert.deepEqual([byEvents.scannedTo, byEvents.head], [3, 6])
    assert.deepEqual([byPosition.events.length, byPosition.scannedTo], [3, 3])
    assert.deepEqual([byBytes.events.length, byBytes.scannedTo], [1, 1])
    assert.deepEqual([byScan.events.length, byScan.scannedTo], [1, 3])
    assert.deepEqual([beyond.events.length, beyond.scannedTo], [0, 6])
  })
}

function filterTests(openStore: OpenStore): void {
  test('a batch holds the wanted types and keys only, and is scanned beyond them', async (t) => {
    const store = await openStore(t)
    await appendMixed(store)

    const byType = await store.readBatch({
      after: 0,
      eventsMax: 100,
      wantsType: (type, aggregateType) => type === 'Closed' && aggregateType === 'Account',
    })
    const byKey = await store.readBatch({
      after: 0,
      eventsMax: 100,
      wantsKey: (keyHash) => keyHash === hashText('Account-2'),
    })
    const none = await store.readBatch({ after: 0, eventsMax: 100, wantsType: () => false })

    assert.deepEqual(
      byType.events.map((event) => event.position),
      [2, 4],
    )
    assert.deepEqual(
      byKey.events.map((event) => event.position),
      [3, 4],
    )
    assert.deepEqual(byKey.keyHashes, [hashText('Account-2'), hashText('Account-2')])
    assert.deepEqual([byType.scannedTo, byKey.scannedTo, none.scannedTo], [4, 4, 4])
  })

  test('the type filter is asked once for each kind of event', async (t) => {
    const store = await openStore(t)
    await appendMixed(store)
    const asked: string[] = []

    await store.readBatch({
      after: 0,
      eventsMax: 100,
      wantsType: (type) => asked.push(type) > 0,
    })

    assert.deepEqual(asked, ['Deposited', 'Closed'])
  })
}

function followingTests(openStore: OpenStore): void {
  test('reading the log ends at the head that it had at the call', async (t) => {
    const store = await openStore(t)
    await appendMixed(store)

    const events = readLog(store, { types: ['Deposited'], batchEvents: 1 })
    await appendEvents(store, [sampleAppend('3', 'none', 1)])

    assert.deepEqual(
      (await collect(events)).map((event) => event.position),
      [1, 3],
    )
  })

  test('live reading goes on with commits and ends when its signal aborts', async (t) => {
    const store = await openStore(t)
    const ending = new AbortController()
    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    const read: number[] = []

    for await (const event of readLog(store, { live: true, signal: ending.signal })) {
      read.push(event.position)
      if (event.position === 5) ending.abort()
      else await appendEvents(store, [sampleAppend('1', 'any', event.position)])
    }

    assert.deepEqual(read, [1, 2, 3, 4, 5])
  })

  test('live reading that waits ends when its signal aborts', async (t) => {
    const store = await openStore(t)
    const ending = new AbortController()
    const events = readLog(store, { live: true, signal: ending.signal })

    const next = events.next()
    ending.abort()

    assert.deepEqual(await next, { done: true, value: undefined })
  })

  test('live reading with an end stops there by itself', async (t) => {
    const store = await openStore(t)
    const reading = collect(readLog(store, { live: true, to: 3 }))

    for (let at = 1; at <= 4; at++) await appendEvents(store, [sampleAppend('1', 'any', at)])

    assert.deepEqual(
      (await reading).map((event) => event.position),
      [1, 2, 3],
    )
  })
}

function amountOf(data: unknown): number {
  return (data as { readonly amount: number }).amount
}

/** Account-1: Deposited, Closed; Account-2: Deposited, Closed. Positions 1 to 4. */
async function appendMixed(store: EventStore): Promise<void> {
  for (const aggregateId of ['1', '2']) {
    await appendEvents(store, [
      {
        aggregateType: 'Account',
        aggregateId,
        expectedVersion: 'none',
        events: [sampleEvent({ amount: 1 }), sampleEvent({}, 'Closed')],
      },
    ])
  }
}
