/** The part of the event store contract about commits: order, failure, reopening, closing. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDeferred } from '../base/deferred.js'
import { ManualClock } from '../base/manual-clock.js'
import { appendEvents } from '../store/append.js'
import type { CommitResult, CommitStep, EventStore } from '../store/contracts.js'
import { readLog } from '../store/read-log.js'
import { collect } from './collect.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend } from './sample-events.js'

export function commitContract(openStore: OpenStore): void {
  describe('committing', () => {
    orderTests(openStore)
    failureTests(openStore)
    recoveryTests(openStore)
    watchdogTests(openStore)
    closingTests(openStore)
  })
}

function orderTests(openStore: OpenStore): void {
  test('a commit with nothing staged moves nothing and tells nobody', async (t) => {
    const store = await openStore(t)
    const told: CommitResult[] = []
    store.onCommit((result) => told.push(result))

    assert.deepEqual(await store.commit(), { after: 0, to: 0 })

    assert.deepEqual(told, [])
  })

  test('listeners are told of each commit in order, with the head moved', async (t) => {
    const store = await openStore(t)
    const told: string[] = []
    store.onCommit(({ after, to }) => told.push(`${after}-${to}, head ${store.head}`))
    const cancel = store.onCommit(() => told.push('second'))

    await appendEvents(store, [sampleAppend('1', 'any', 1, 2)])
    cancel()
    await appendEvents(store, [sampleAppend('1', 'any', 3)])

    assert.deepEqual(told, ['0-2, head 2', 'second', '2-3, head 3'])
  })

  test('a second commit while one is under way is a programmer error', async (t) => {
    const store = await openStore(t)
    store.stage([sampleAppend('1', 'any', 1)])

    const first = store.commit()

    await assert.rejects(store.commit(), { name: 'AssertionError' })
    assert.deepEqual(await first, { after: 0, to: 1 })
  })

  test('positions are dense over many groups staged while others commit', async (t) => {
    const store = await openStore(t)
    let underWay: Promise<unknown> = Promise.resolve()
    for (let group = 0; group < 50; group++) {
      for (let at = 0; at < 20; at++) store.stage([sampleAppend(`${at % 7}`, 'any', group, at)])
      await underWay
      underWay = store.commit()
    }
    await underWay

    const events = await collect(readLog(store, { batchEvents: 97 }))

    assert.deepEqual(
      events.map((event) => event.position),
      Array.from({ length: 2_000 }, (_, at) => at + 1),
    )
    assert.equal(store.head, 2_000)
  })
}

function failureTests(openStore: OpenStore): void {
  test('a commit that fails stops the store, and reopening loses only that group', async (t) => {
    const failing = failpoint('commit', 2)
    const store = await openStore(t, { failpoint: failing.hit })
    await appendEvents(store, [sampleAppend('1', 'none', 1)])

    await assert.rejects(appendEvents(store, [sampleAppend('1', 1, 2)]), {
      code: 'DRAMATIS_COMMIT_UNKNOWN',
      cause: failing.error,
    })

    assert.equal(store.status, 'stopped')
    assert.throws(() => store.stage([sampleAppend('2', 'none', 3)]), {
      code: 'DRAMATIS_STORE_STOPPED',
    })
    await assert.rejects(store.commit(), { code: 'DRAMATIS_STORE_STOPPED' })
    await store.reopen()
    assert.equal(store.status, 'open')
    assert.equal(store.head, 1)
    await goesOnDensely(store)
  })

  test('a commit that landed without an answer is found again by reopening', async (t) => {
    const failing = failpoint('committed', 2)
    const store = await openStore(t, { failpoint: failing.hit })
    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    await assert.rejects(appendEvents(store, [sampleAppend('1', 1, 2)]), {
      code: 'DRAMATIS_COMMIT_UNKNOWN',
    })

    await store.reopen()

    assert.equal(store.head, 2)
    assert.deepEqual(await store.readStreamHead('Account-1'), {
      version: 2,
      position: 2,
      state: 'open',
    })
    await goesOnDensely(store)
  })
}

function recoveryTests(openStore: OpenStore): void {
  test('what was staged behind a failed commit is forgotten by reopening', async (t) => {
    const store = await openStore(t, { failpoint: failpoint('commit', 1).hit })
    store.stage([sampleAppend('1', 'none', 1)])
    const failing = store.commit()
    store.stage([sampleAppend('1', 1, 2), sampleAppend('2', 'none', 3)])
    await assert.rejects(failing, { code: 'DRAMATIS_COMMIT_UNKNOWN' })

    await store.reopen()

    assert.deepEqual(await store.commit(), { after: 0, to: 0 })
    store.stage([sampleAppend('1', 'none', 1), sampleAppend('2', 'none', 3)])
    assert.deepEqual(await store.commit(), { after: 0, to: 2 })
  })

  test('reading goes on while the store is stopped', async (t) => {
    const store = await openStore(t, { failpoint: failpoint('commit', 2).hit })
    await appendEvents(store, [sampleAppend('1', 'none', 1)])
    await assert.rejects(appendEvents(store, [sampleAppend('1', 1, 2)]))

    const events = await collect(store.readStream('Account-1'))

    assert.equal(events.length, 1)
  })
}

function watchdogTests(openStore: OpenStore): void {
  test('a commit that takes too long stops the store and never lands later', async (t) => {
    const clock = new ManualClock()
    const hanging = createDeferred()
    const reached = createDeferred()
    let hits = 0
    const store = await openStore(t, {
      clock,
      commitTimeoutMs: 1_000,
      failpoint: (step) => {
        if (step !== 'commit' || ++hits !== 1) return
        reached.resolve()
        return hanging.promise
      },
    })
    store.stage([sampleAppend('1', 'none', 1)])
    const late = store.commit()
    await reached.promise

    clock.advance(1_000)

    await assert.rejects(late, { code: 'DRAMATIS_COMMIT_UNKNOWN' })
    assert.equal(store.status, 'stopped')
    await store.reopen()
    hanging.resolve()
    await goesOnDensely(store)
    assert.equal(store.head, 3)
  })

  test('a commit in time leaves no watchdog behind', async (t) => {
    const clock = new ManualClock()
    const store = await openStore(t, { clock })

    await appendEvents(store, [sampleAppend('1', 'none', 1)])

    assert.equal(clock.pending, 0)
  })
}

function closingTests(openStore: OpenStore): void {
  test('a closed store refuses everything, and closing again does nothing', async (t) => {
    const store = await openStore(t)
    await appendEvents(store, [sampleAppend('1', 'none', 1)])

    await store.close()
    await store.close()

    const refusal = { code: 'DRAMATIS_STORE_STOPPED' }
    assert.equal(store.status, 'closed')
    assert.throws(() => store.stage([sampleAppend('1', 1, 2)]), refusal)
    await assert.rejects(store.commit(), refusal)
    await assert.rejects(store.reopen(), refusal)
    await assert.rejects(store.readHead(), refusal)
    await assert.rejects(store.readBatch({ after: 0, eventsMax: 1 }), refusal)
    await assert.rejects(collect(store.readStream('Account-1')), refusal)
    await assert.rejects(store.readSnapshot('Account-1'), refusal)
  })

  test('closing waits for the commit under way', async (t) => {
    const store = await openStore(t)
    store.stage([sampleAppend('1', 'none', 1)])
    const committed = store.commit()

    await store.close()

    assert.deepEqual(await committed, { after: 0, to: 1 })
  })
}

/** Appends two events after what is there, and reads the whole log back. */
async function goesOnDensely(store: EventStore): Promise<void> {
  const { head } = store
  await appendEvents(store, [sampleAppend('9', 'none', 7, 8)])
  await appendEvents(store, [sampleAppend('9', 2, 9)])
  const events = await collect(readLog(store))
  assert.deepEqual(
    events.map((event) => event.position),
    Array.from({ length: head + 3 }, (_, at) => at + 1),
  )
  assert.equal((await collect(store.readStream('Account-9'))).length, 3)
}

/** A failpoint that throws the nth time a step is reached. */
function failpoint(
  failing: CommitStep,
  nth: number,
): { readonly error: Error; readonly hit: (step: CommitStep) => void } {
  const error = new Error('the disk is gone')
  let hits = 0
  return {
    error,
    hit: (step) => {
      if (step === failing && ++hits === nth) throw error
    },
  }
}
