/** Handlers keep the order of each key, whatever fails, and hold up nobody else. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeededRandom } from '../../src/base/random.js'
import { turns } from './until.js'
import { recording, Workplace } from './workplace.js'

test('order per key is kept under retries', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = createSeededRandom(seed)
      const succeeded = new Map<string, number[]>()
      const { handler, calls } = recording({
        partitions: 3,
        retry: { attemptsMax: 100, delayMs: 10, retriesAtOnce: seed & 1 },
        handle: async (event) => {
          if (random.next() < 0.3) await turns(1)
          if (random.next() < 0.4) throw new Error('for now')
          const done = succeeded.get(event.aggregateId) ?? []
          succeeded.set(event.aggregateId, [...done, event.version])
        },
      })
      const work = await Workplace.open(t, { handlers: [handler] })
      const ids = Array.from({ length: 60 }, () => `c${Math.floor(random.next() * 8)}`)

      await Promise.all(ids.map((id) => work.add(id)))
      await work.settled(handler)

      for (const [id, versions] of succeeded) {
        assert.deepEqual(
          versions,
          versions.map((_version, at) => at + 1),
          id,
        )
        const order = calls.filter((call) => call.id === id).map((call) => call.version)
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
        )
      }
      assert.equal([...succeeded.values()].flat().length, ids.length)
      await work.close()
    }),
    { numRuns: 25 },
  )
})

test('no later event is delivered before an earlier one was given up', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = createSeededRandom(seed)
      const poison = new Set(['c1@2', 'c2@1', 'c4@5'])
      const { handler, calls } = recording({
        partitions: 2,
        retry: { attemptsMax: 3, delayMs: 10 },
        handle: async (event) => {
          if (random.next() < 0.3) await turns(1)
          if (poison.has(`${event.aggregateId}@${event.version}`)) throw new Error('poison')
        },
      })
      const work = await Workplace.open(t, { handlers: [handler] })

      for (let round = 0; round < 6; round++) {
        await work.add('c1', 'c2', 'c3', 'c4')
        while (random.next() < 0.5) work.clock.advance(random.next() * 100)
      }
      await work.settled(handler)
      await work.runtime.deadLetters.discard({}, { reason: 'not worth it' })
      await work.settled(handler)

      for (const id of ['c1', 'c2', 'c3', 'c4']) {
        const order = calls.filter((call) => call.id === id).map((call) => call.version)
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
          id,
        )
        assert.deepEqual([...new Set(order)], [1, 2, 3, 4, 5, 6])
      }
      await work.close()
    }),
    { numRuns: 15 },
  )
})

test('other keys are unaffected by a poison key', async (t) => {
  const { handler, calls } = recording({
    partitions: 1,
    retry: { attemptsMax: 2, delayMs: 1_000 },
    handle: (event) => {
      if (event.aggregateId === 'poison') throw new Error('never')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('poison', 'a', 'poison', 'b', 'a')
  await work.through(handler)

  const flowed = calls.filter((call) => call.id !== 'poison').map(({ id, version }) => id + version)
  assert.deepEqual(flowed, ['a1', 'b1', 'a2'])
  assert.equal(work.clock.elapsedMs(), 0)
})

test('a key in delayed retry queues its later events behind it', async (t) => {
  let isBroken = true
  const { handler, calls } = recording({
    retry: { attemptsMax: 5, delayMs: 1_000, retriesAtOnce: 0 },
    handle: () => {
      if (isBroken) throw new Error('for now')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a', 'a', 'a')
  await work.through(handler)
  const before = calls.length
  isBroken = false
  await work.settled(handler)

  assert.equal(before, 1)
  assert.deepEqual(
    calls.map(({ version, attempt }) => [version, attempt]),
    [
      [1, 1],
      [1, 2],
      [2, 1],
      [3, 1],
    ],
  )
})

test('an event that comes while its key is being tried again waits its turn', async (t) => {
  let release = (): void => {}
  const { handler, calls } = recording({
    retry: { attemptsMax: 5, delayMs: 100, retriesAtOnce: 0 },
    handle: (_event, { attempt }) => {
      if (attempt === 1 && calls.length === 1) throw new Error('for now')
      if (attempt === 2) {
        return new Promise<void>((resolve) => {
          release = resolve
        })
      }
      return undefined
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add('a')
  await work.passTime('the retry is under way', () => calls.length === 2)

  await work.add('a', 'a')
  await work.through(handler)
  const meanwhile = calls.length
  release()
  await work.settled(handler)

  assert.equal(meanwhile, 2)
  assert.deepEqual(
    calls.map((call) => call.version),
    [1, 1, 2, 3],
  )
})

test('a custom key function keeps order across streams', async (t) => {
  let isBroken = true
  const { handler, calls } = recording({
    key: (event) => (event.aggregateId === 'other' ? 'other' : 'together'),
    retry: { attemptsMax: 5, delayMs: 100, retriesAtOnce: 0 },
    handle: (event) => {
      if (event.aggregateId === 'a' && isBroken) throw new Error('for now')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a', 'b', 'other', 'c', 'a')
  await work.through(handler)
  isBroken = false
  await work.settled(handler)

  assert.deepEqual(
    calls.map(({ id, version }) => id + version),
    ['a1', 'other1', 'a1', 'b1', 'c1', 'a2'],
  )
})

test('a key function that throws parks the event under its stream', async (t) => {
  const { handler, calls } = recording({
    key: (event) => {
      if (event.version === 2) throw new Error('no key')
      return 'a key'
    },
    handle: () => {},
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a', 'a', 'a')
  await work.settled(handler)
  const { entries } = await work.runtime.deadLetters.list()

  assert.deepEqual(
    calls.map((call) => call.version),
    [1, 3],
  )
  assert.deepEqual(
    entries.map(({ key, cause, error }) => [key, cause, error.code]),
    [['Counter-a', 'TERMINAL', 'DRAMATIS_INVALID_KEY']],
  )
})

for (const key of ['', 7, null, undefined, 'x'.repeat(513), 'a\0b', '\ud800']) {
  test(`a key function that returns ${JSON.stringify(key)?.slice(0, 20)} parks the event`, async (t) => {
    const { handler } = recording({ key: () => key as string, handle: () => {} })
    const work = await Workplace.open(t, { handlers: [handler] })

    await work.add('a')
    await work.settled(handler)
    const { entries } = await work.runtime.deadLetters.list({ errorCode: 'DRAMATIS_INVALID_KEY' })

    assert.equal(entries.length, 1)
  })
}

test("deadLetter 'event' parks only the failing event", async (t) => {
  const { handler, calls } = recording({
    deadLetter: 'event',
    retry: { attemptsMax: 2, delayMs: 10 },
    handle: (event) => {
      if (event.version === 2) throw new Error('never')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a', 'a', 'a', 'a')
  await work.settled(handler)
  const { entries } = await work.runtime.deadLetters.list()

  assert.deepEqual(
    entries.map(({ key, queued }) => [key, queued]),
    [['Counter-a@2', 1]],
  )
  assert.deepEqual(
    calls.map((call) => call.version),
    [1, 2, 2, 3, 4],
  )
})
