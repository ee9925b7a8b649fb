/** Closing while handlers are at work: what ends, what is cut off, and what comes again. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { collect } from '../../src/testing/collect.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { turns, until } from './until.js'
import { Counter, recording, Workplace } from './workplace.js'

test('close waits for deliveries under way, and starts none', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const gate = createDeferred()
  const { handler, calls } = recording({ partitions: 1, handle: () => gate.promise })
  const work = await Workplace.open(t, { dataDir, handlers: [handler] })
  await work.add('a', 'b')
  await until('the first is under way', () => calls.length === 1)

  let isClosed = false
  const closed = work.runtime.close().then(() => {
    isClosed = true
  })
  await turns()
  const whileHeld = isClosed
  gate.resolve()
  await closed
  const again = recording({ partitions: 1, handle: () => {} })
  const reopened = await Workplace.open(t, { dataDir, handlers: [again.handler] })
  await reopened.settled(again.handler)

  assert.equal(whileHeld, false)
  assert.deepEqual([calls.length, again.calls.map((call) => call.id)], [1, ['b']])
})

test('a delivery that close aborts counts as no attempt, and comes again', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  const { handler, calls } = recording({
    retry: { attemptsMax: 1 },
    handle: (_event, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  })
  const setup = { dataDir, clock, closeTimeoutMs: 1_000 }
  const work = await Workplace.open(t, { ...setup, handlers: [handler] })
  await work.add('a', 'a')
  await until('it is under way', () => calls.length === 1)

  await work.close()
  const again = recording({ retry: { attemptsMax: 1 }, handle: () => {} })
  const reopened = await Workplace.open(t, { ...setup, handlers: [again.handler] })
  await reopened.settled(again.handler)

  assert.deepEqual(
    again.calls.map(({ version, attempt }) => [version, attempt]),
    [
      [1, 1],
      [2, 1],
    ],
  )
  assert.equal(reopened.runtime.status().deadLetters.parkedKeys, 0)
})

test('a delivery that close aborts is not passed by one that ends well after it', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  const { handler, calls } = recording({
    handle: (event, { signal }) =>
      new Promise<void>((resolve, reject) => {
        const end = event.aggregateId === 'a' ? reject : resolve
        signal.addEventListener('abort', () => setImmediate(end))
      }),
  })
  const work = await Workplace.open(t, { dataDir, clock, handlers: [handler] })
  await work.add('a', 'b')
  await until('both are under way', () => calls.length === 2)

  const closed = work.runtime.close()
  await turns()
  clock.advance(5_000)
  await closed
  const again = recording({ handle: () => {} })
  const reopened = await Workplace.open(t, { dataDir, clock, handlers: [again.handler] })
  await reopened.settled(again.handler)

  assert.deepEqual(
    again.calls.map((call) => call.id),
    ['a'],
  )
})

test('a retry that close aborts keeps the attempts it had', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  const retry = { attemptsMax: 5, delayMs: 100, retriesAtOnce: 0 }
  const { handler, calls } = recording({
    retry,
    handle: (_event, { signal, attempt }) => {
      if (attempt === 1) throw new Error('for now')
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    },
  })
  const work = await Workplace.open(t, { dataDir, clock, handlers: [handler] })
  await work.add('a')
  await work.passTime('the retry is under way', () => calls.length === 2)

  await work.close()
  const again = recording({ retry, handle: () => {} })
  const reopened = await Workplace.open(t, { dataDir, clock, handlers: [again.handler] })
  await reopened.settled(again.handler)

  assert.deepEqual(
    again.calls.map((call) => call.attempt),
    [2],
  )
})

test('close gives a handler up that ignores its abort, within the bound', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const { handler, calls } = recording({
    timeoutMs: 3_600_000,
    handle: () => new Promise(() => {}),
  })
  const clock = new ManualClock()
  const setup = { dataDir, clock, closeTimeoutMs: 2_000 }
  const work = await Workplace.open(t, { ...setup, handlers: [handler] })
  await work.add('a')
  await until('it is under way', () => calls.length === 1)
  const startedMs = clock.elapsedMs()

  let isClosed = false
  void work.runtime.close().then(() => {
    isClosed = true
  })
  await turns()
  clock.advance(2_000)
  await until('the runtime is closed', () => isClosed)
  const again = recording({ handle: () => {} })
  const reopened = await Workplace.open(t, { ...setup, handlers: [again.handler] })
  await reopened.settled(again.handler)

  assert.equal(clock.elapsedMs() - startedMs >= 2_000, true)
  assert.deepEqual(
    again.calls.map((call) => call.attempt),
    [1],
  )
})

test('a delivery under way may still send commands while the runtime closes', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const gate = createDeferred()
  const { handler, calls } = recording({
    handle: async (event, { send }) => {
      if (event.aggregateId !== 'a') return
      await gate.promise
      await send(Counter, 'b', 'add', { n: 1 })
    },
  })
  const work = await Workplace.open(t, { dataDir, handlers: [handler] })
  await work.add('a')
  await until('it is under way', () => calls.length === 1)

  const closed = work.runtime.close()
  const outside = work.runtime.actor(Counter, 'c').send('add', { n: 1 })
  await assert.rejects(outside, { code: 'DRAMATIS_CLOSED' })
  gate.resolve()
  await closed
  const reopened = await Workplace.open(t, { dataDir, handlers: [handler] })
  const sent = await collect(reopened.runtime.actor(Counter, 'b').events())

  assert.equal(sent.length, 1)
})

test('callers that wait to catch up are told when the runtime closes', async (t) => {
  const { handler } = recording({ handle: () => {} })
  const work = await Workplace.open(t, { handlers: [handler] })

  const waiting = work.runtime.caughtUp(1, { handler })
  const refused = assert.rejects(waiting, { code: 'DRAMATIS_CLOSED' })
  await work.close()

  await refused
})
