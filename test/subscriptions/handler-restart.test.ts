/** What handlers remember when the process ends: attempts, parked keys, pauses, where they stand. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import type { HandlerDefinition } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { recording, Workplace } from './workplace.js'

/** Opens one runtime after the other on one directory and one clock. */
async function makeRestarts(
  t: TestContext,
): Promise<(...handlers: HandlerDefinition[]) => Promise<Workplace>> {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  return (...handlers) => Workplace.open(t, { dataDir, clock, handlers })
}

test('attempts survive a restart', async (t) => {
  const restart = await makeRestarts(t)
  const retry = { attemptsMax: 3, delayMs: 1_000, retriesAtOnce: 0 }
  const failing = recording({ retry, handle: () => Promise.reject(new Error('for now')) })
  const first = await restart(failing.handler)
  await first.add('a')
  await first.through(failing.handler)
  await first.close()

  const again = recording({ retry, handle: () => Promise.reject(new Error('still')) })
  const second = await restart(again.handler)
  await second.settled(again.handler)

  assert.deepEqual(
    [...failing.calls, ...again.calls].map((call) => call.attempt),
    [1, 2, 3],
  )
  assert.equal(second.runtime.handler(again.handler).status().parkedKeys, 1)
})

test('a parked key survives a restart with its queue', async (t) => {
  const restart = await makeRestarts(t)
  const retry = { attemptsMax: 1 }
  const failing = recording({ retry, handle: () => Promise.reject(new Error('never')) })
  const first = await restart(failing.handler)
  await first.add('a', 'a', 'a')
  await first.settled(failing.handler)
  await first.close()

  const mended = recording({ retry, handle: () => {} })
  const second = await restart(mended.handler)
  await second.add('a')
  await second.settled(mended.handler)
  const { entries } = await second.runtime.deadLetters.list()
  await second.runtime.deadLetters.redrive()
  await second.settled(mended.handler)

  assert.deepEqual(
    entries.map(({ key, position, queued, attempts }) => [key, position, queued, attempts]),
    [['Counter-a', 1, 4, 1]],
  )
  assert.deepEqual(
    mended.calls.map((call) => call.version),
    [1, 2, 3, 4],
  )
})

test('what is done is not delivered again after a restart', async (t) => {
  const restart = await makeRestarts(t)
  const before = recording({ handle: () => {} })
  const first = await restart(before.handler)
  await first.add('a', 'b', 'c')
  await first.settled(before.handler)
  await first.close()

  const after = recording({ handle: () => {} })
  const second = await restart(after.handler)
  await second.add('a')
  await second.settled(after.handler)

  assert.deepEqual(
    after.calls.map(({ id, version }) => id + version),
    ['a2'],
  )
  assert.equal(second.runtime.handler(after.handler).status().handled, 4)
})

test('pause and resume survive a restart', async (t) => {
  const restart = await makeRestarts(t)
  const { handler, calls } = recording({ handle: () => {} })
  const first = await restart(handler)
  await first.runtime.handler(handler).pause()
  await first.add('a', 'a')
  await first.close()

  const second = await restart(handler)
  const paused = second.runtime.handler(handler).status()
  const whilePaused = calls.length
  await second.runtime.handler(handler).resume()
  await second.settled(handler)
  await second.close()
  const third = await restart(handler)

  assert.deepEqual([paused.state, paused.lag, whilePaused], ['paused', 2, 0])
  assert.equal(calls.length, 2)
  assert.equal(third.runtime.handler(handler).status().state, 'running')
})

test('a key that waits for a retry while its handler is paused is tried after resuming', async (t) => {
  const restart = await makeRestarts(t)
  let isBroken = true
  const { handler, calls } = recording({
    retry: { attemptsMax: 9, delayMs: 100, retriesAtOnce: 0 },
    handle: () => {
      if (isBroken) throw new Error('for now')
    },
  })
  const work = await restart(handler)
  await work.add('a', 'a')
  await work.through(handler)
  await work.runtime.handler(handler).pause()
  isBroken = false

  work.clock.advance(60_000)
  await work.add('b')
  const whilePaused = calls.length
  await work.runtime.handler(handler).resume()
  await work.settled(handler)

  assert.equal(whilePaused, 1)
  assert.deepEqual(calls.map(({ id, version }) => id + version).sort(), ['a1', 'a1', 'a2', 'b1'])
})

test("a handler that starts from 'end' sees only what comes later, also after a restart", async (t) => {
  const restart = await makeRestarts(t)
  const first = await restart()
  await first.add('a', 'a')
  await first.close()
  const { handler, calls } = recording({ startFrom: 'end', handle: () => {} })

  const second = await restart(handler)
  await second.add('a')
  await second.settled(handler)
  await second.close()
  const third = await restart(handler)
  await third.add('a')
  await third.settled(handler)

  assert.deepEqual(
    calls.map((call) => call.version),
    [3, 4],
  )
})

test('a handler that starts from a position sees only later ones', async (t) => {
  const restart = await makeRestarts(t)
  const first = await restart()
  await first.add('a', 'b', 'a', 'b')
  await first.close()
  const { handler, calls } = recording({ startFrom: 3, handle: () => {} })

  const second = await restart(handler)
  await second.settled(handler)

  assert.deepEqual(
    calls.map(({ id, version }) => id + version),
    ['b2'],
  )
})

test('a handler that starts from a position ahead of the log waits for it', async (t) => {
  const restart = await makeRestarts(t)
  const { handler, calls } = recording({ startFrom: 3, handle: () => {} })
  const work = await restart(handler)

  await work.add('a', 'a', 'a', 'a', 'a')
  await work.settled(handler)

  assert.deepEqual(
    calls.map((call) => call.version),
    [4, 5],
  )
})

test('another number of partitions is a typed error, and leaves the directory usable', async (t) => {
  const restart = await makeRestarts(t)
  const first = await restart(recording({ partitions: 4, handle: () => {} }).handler)
  await first.close()
  const changed = recording({ partitions: 5, handle: () => {} }).handler

  await assert.rejects(restart(changed), {
    code: 'DRAMATIS_PARTITIONS_CHANGED',
    partitionsStored: 4,
    partitionsDefined: 5,
  })

  await restart(recording({ partitions: 4, handle: () => {} }).handler)
})
