/** The part of the event store contract about staging: versions, places, atomicity. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock } from '../base/manual-clock.js'
import { appendEvents } from '../store/append.js'
import { readLog } from '../store/read-log.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend, sampleEvent } from './sample-events.js'

export function stagingContract(openStore: OpenStore): void {
  describe('staging', () => {
    versionTests(openStore)
    atomicityTests(openStore)
    refusalTests(openStore)
    equalityTests(openStore)
    boundTests(openStore)
  })
}

function versionTests(openStore: OpenStore): void {
  test('an append that names a stale version is rejected and stages nothing', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 10)])

    assert.throws(() => store.stage([sampleAppend('1', 0, 20)]), {
      code: 'DRAMATIS_VERSION_CONFLICT',
      streamId: 'Account-1',
      versionExpected: 0,
      versionActual: 1,
    })

    assert.deepEqual(await store.commit(), { after: 1, to: 1 })
  })

  test("'none' accepts only a stream that does not exist", async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 10)])

    assert.throws(() => store.stage([sampleAppend('1', 'none', 20)]), {
      code: 'DRAMATIS_VERSION_CONFLICT',
      versionExpected: 0,
    })
  })

  test("'any' accepts whatever version the stream has", async (t) => {
    const store = await openStore(t)

    const [first] = await appendEvents(store, [sampleAppend('1', 'any', 10)])
    const [second] = await appendEvents(store, [sampleAppend('1', 'any', 20)])

    assert.deepEqual([first?.version, second?.version], [1, 2])
  })

  test('events may say when they were recorded, and later ones are never earlier', async (t) => {
    const store = await openStore(t)
    const recordedAtMs = Date.parse('2199-12-31T23:59:59.999Z')

    const [first] = await appendEvents(store, [{ ...sampleAppend('1', 'none', 10), recordedAtMs }])
    const [second] = await appendEvents(store, [sampleAppend('1', 1, 20)])

    assert.equal(first?.recordedAt.getTime(), recordedAtMs)
    assert.equal(second?.recordedAt.getTime(), recordedAtMs)
    assert.deepEqual(await collect(store.readStream('Account-1')), [first, second])
  })

  test('versions are checked against events that are staged and not durable yet', async (t) => {
    const store = await openStore(t)

    store.stage([sampleAppend('1', 'none', 10)])
    const underWay = store.commit()
    store.stage([sampleAppend('1', 1, 20)])

    assert.throws(() => store.stage([sampleAppend('1', 1, 30)]), {
      code: 'DRAMATIS_VERSION_CONFLICT',
      versionActual: 2,
    })
    assert.deepEqual(await underWay, { after: 0, to: 1 })
    assert.deepEqual(await store.commit(), { after: 1, to: 2 })
  })
}

function atomicityTests(openStore: OpenStore): void {
  test('a call for several streams stages all of them or none', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('2', 'none', 1)])

    assert.throws(
      () => store.stage([sampleAppend('1', 'none', 10), sampleAppend('2', 'none', 20)]),
      { code: 'DRAMATIS_VERSION_CONFLICT', streamId: 'Account-2' },
    )
    const placed = store.stage([sampleAppend('1', 'none', 10, 11), sampleAppend('2', 1, 20)])
    await store.commit()

    assert.deepEqual(
      placed.map((events) => events.map((event) => [event.version, event.position])),
      [
        [
          [1, 2],
          [2, 3],
        ],
        [[2, 4]],
      ],
    )
  })

  test('what accept throws is thrown on, and nothing was staged', async (t) => {
    const store = await openStore(t)
    const refusal = new Error('no')
    const seen: string[] = []

    assert.throws(
      () =>
        store.stage([sampleAppend('1', 'none', 10, 11)], (placed) => {
          for (const event of placed.flat()) seen.push(`${event.id} at ${event.position}`)
          throw refusal
        }),
      refusal,
    )

    assert.deepEqual(seen, ['Account-1@1 at 1', 'Account-1@2 at 2'])
    assert.deepEqual(await store.commit(), { after: 0, to: 0 })
    assert.deepEqual((await appendEvents(store, [sampleAppend('1', 'none', 5)])).length, 1)
  })
}

function refusalTests(openStore: OpenStore): void {
  test('a record that is too large is refused, with everything staged beside it', async (t) => {
    const store = await openStore(t, { recordBytesMax: 1_000 })
    const large = sampleEvent({ text: 'x'.repeat(2_000) }, 'Noted')

    assert.throws(
      () =>
        store.stage([
          sampleAppend('1', 'none', 10),
          {
            aggregateType: 'Account',
            aggregateId: '2',
            expectedVersion: 'none',
            events: [large],
          },
        ]),
      { code: 'DRAMATIS_RECORD_TOO_LARGE', type: 'Noted', bytesMax: 1_000 },
    )

    assert.deepEqual(await store.commit(), { after: 0, to: 0 })
  })

  test('staged events cannot be read before they are committed', async (t) => {
    const store = await openStore(t)

    store.stage([sampleAppend('1', 'none', 10)])

    assert.equal(store.head, 0)
    assert.equal(await store.readHead(), 0)
    assert.deepEqual(await store.readStreamHead('Account-1'), {
      version: 0,
      position: 0,
      state: 'open',
    })
    assert.deepEqual(await collect(store.readStream('Account-1')), [])
  })
}

function equalityTests(openStore: OpenStore): void {
  test('the events that staging returns are those that reading gives back', async (t) => {
    const store = await openStore(t)
    const values = {
      none: null,
      flag: true,
      amount: -1.5,
      large: 2n ** 63n,
      text: 'Größe 🎭',
      at: new Date(1_700_000_000_000),
      bytes: Buffer.from([0, 255]),
      list: Object.freeze([1, 'two', null]),
      nested: Object.freeze({ a: Object.freeze({ b: 1 }) }),
    }
    const event = {
      ...sampleEvent(values),
      occurredAtMs: 1_600_000_000_000,
      metadata: {
        commandId: 'c',
        commandHash: 'a_-9Zz0Q',
        correlationId: 'k',
        causationId: 'e',
        userId: 'u',
        tenant: 'acme',
      },
    }

    const staged = await appendEvents(store, [
      { aggregateType: 'Account', aggregateId: 'a-1', expectedVersion: 0, events: [event] },
    ])

    assert.deepEqual(await collect(store.readStream('Account-a-1')), staged)
    assert.ok(Object.isFrozen(staged[0]))
    assert.ok(Object.isFrozen(staged[0]?.metadata))
  })

  test('payloads of one type may differ in their fields', async (t) => {
    const store = await openStore(t)
    const events = [{ a: 1 }, { b: 2 }, {}, { a: 1, c: null }].map((data) => sampleEvent(data))

    await appendEvents(store, [
      { aggregateType: 'Account', aggregateId: '1', expectedVersion: 'none', events },
    ])

    const read = await collect(store.readStream('Account-1'))
    assert.deepEqual(
      read.map((event) => event.data),
      [{ a: 1 }, { b: 2 }, {}, { a: 1, c: null }],
    )
  })
}

function boundTests(openStore: OpenStore): void {
  test('recordedAt never decreases, even when the clock jumps back', async (t) => {
    const clock = new SettableClock()
    const store = await openStore(t, { clock })

    await appendEvents(store, [sampleAppend('1', 'any', 1)])
    clock.setMs(clock.nowMs() - 60_000)
    await appendEvents(store, [sampleAppend('1', 'any', 2)])

    const [first, second] = await collect(readLog(store))
    assert.deepEqual(second?.recordedAt, first?.recordedAt)
  })

  test('heads that no longer fit into memory are read from storage', async (t) => {
    const store = await openStore(t, { headsMax: 2 })
    const ids = ['1', '2', '3', '4', '5']
    for (const id of ids) await appendEvents(store, [sampleAppend(id, 'none', 1)])

    for (const id of ids) await appendEvents(store, [sampleAppend(id, 1, 2)])

    assert.equal(store.head, 10)
    assert.throws(() => store.stage([sampleAppend('1', 1, 3)]), { versionActual: 2 })
  })
}

/** A clock that can be set back, as a machine's can. */
class SettableClock extends ManualClock {
  #offsetMs = 0

  setMs(nowMs: number): void {
    this.#offsetMs += nowMs - this.nowMs()
  }

  override nowMs(): number {
    return super.nowMs() + this.#offsetMs
  }
}
