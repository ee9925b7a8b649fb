/** The part of the event store contract about the past: times, and where streams stood. */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { ManualClock } from '../base/manual-clock.js'
import { appendEvents } from '../store/append.js'
import type { EventStore } from '../store/contracts.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend } from './sample-events.js'

const startMs = Date.UTC(2026, 0, 1)

export function pastContract(openStore: OpenStore): void {
  describe('the past', () => {
    timeTests(openStore)
    headTests(openStore)
    batchTests(openStore)
  })
}

function timeTests(openStore: OpenStore): void {
  test('an empty store has no position at any time', async (t) => {
    const store = await openStore(t)

    assert.equal(await store.positionAt(Number.MAX_SAFE_INTEGER), 0)
  })

  test('the position at a time is the last that was recorded then or before', async (t) => {
    const { store } = await recorded(t, openStore)

    const at = async (ms: number): Promise<number> => store.positionAt(startMs + ms)

    assert.deepEqual([await at(-1), await at(0), await at(9)], [0, 2, 2])
    assert.deepEqual([await at(10), await at(11), await at(19)], [5, 5, 5])
    assert.deepEqual([await at(20), await at(1e12)], [6, 6])
  })

  test('a clock that was set back leaves the times of the log in order', async (t) => {
    const { store, clock } = await recorded(t, openStore)

    clock.nowMs = () => startMs - 5_000
    await appendEvents(store, [sampleAppend('1', 'any', 7)])

    assert.equal(await store.positionAt(startMs + 19), 5)
    assert.equal(await store.positionAt(startMs + 20), 7)
  })

  test('what is not durable yet has no place in time', async (t) => {
    const { store } = await recorded(t, openStore)
    store.stage([sampleAppend('1', 'any', 7)])

    assert.equal(await store.positionAt(startMs + 1e12), 6)
  })
}

function headTests(openStore: OpenStore): void {
  test('a stream stood where its last event up to a position is', async (t) => {
    const { store } = await recorded(t, openStore)

    const heads: unknown[] = []
    for (let at = 0; at <= 7; at++) {
      const { version, position } = await store.readStreamPlace('Account-1', at)
      heads.push([version, position])
    }

    assert.deepEqual(heads, [
      [0, 0],
      [1, 1],
      [1, 1],
      [2, 3],
      [3, 4],
      [3, 4],
      [4, 6],
      [4, 6],
    ])
  })

  test('a long stream is walked back over, with others at work meanwhile', async (t) => {
    const store = await openStore(t)
    const amounts = Array.from({ length: 10_000 }, (_, at) => at)
    await appendEvents(store, [sampleAppend('1', 'none', ...amounts)])

    const asked = store.readStreamPlace('Account-1', 3)
    await appendEvents(store, [sampleAppend('1', 'any', 1)])

    assert.deepEqual(await asked, { version: 3, position: 3 })
  })

  test('a stream that does not exist stood nowhere', async (t) => {
    const { store } = await recorded(t, openStore)

    assert.deepEqual(await store.readStreamPlace('Account-9', 3), { version: 0, position: 0 })
  })
}

function batchTests(openStore: OpenStore): void {
  test('batches hold the events of the stream, in order, both ways', async (t) => {
    const store = await openStore(t)
    const amounts = Array.from({ length: 3_000 }, (_, at) => at)
    await appendEvents(store, [sampleAppend('1', 'none', ...amounts)])
    const range = { afterVersion: 10, toVersion: 2_990 }

    const forward = await collect(store.readStreamBatches('Account-1', range))
    const backward = await collect(
      store.readStreamBatches('Account-1', { ...range, backward: true }),
    )

    const singly = (await collect(store.readStream('Account-1', range))).map(({ id }) => id)
    assert.deepEqual(
      forward.flat().map(({ id }) => id),
      singly,
    )
    assert.deepEqual(
      backward.flat().map(({ id }) => id),
      singly.reverse(),
    )
    assert.equal(singly.length, 2_980)
  })
}

/**
 * Account-1 has positions 1, 3, 4 and 6, Account-2 has 2 and 5. Recorded at 0 ms: 1 and 2; at 10 ms: 3, 4
 * and 5; at 20 ms: 6.
 */
async function recorded(
  t: TestContext,
  openStore: OpenStore,
): Promise<{ readonly store: EventStore; readonly clock: ManualClock }> {
  const clock = new ManualClock(startMs)
  const store = await openStore(t, { clock })
  await appendEvents(store, [sampleAppend('1', 'any', 1), sampleAppend('2', 'any', 2)])
  clock.advance(10)
  await appendEvents(store, [sampleAppend('1', 'any', 3, 4), sampleAppend('2', 'any', 5)])
  clock.advance(10)
  await appendEvents(store, [sampleAppend('1', 'any', 6)])
  return { store, clock }
}
