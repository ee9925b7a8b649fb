/** What an operator can do about parked keys. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { encodeValue } from '../../src/events/codec.js'
import {
  type HandlerDefinition,
  type Runtime,
  TerminalError,
  verifyStore,
} from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { Counter, type Delivery, recording, Workplace } from './workplace.js'

interface Parked {
  readonly work: Workplace
  readonly handler: HandlerDefinition
  readonly calls: Delivery[]
  /** What fails, as `a@1`; shared with the handler. */
  readonly poison: Set<string>
}

/** Keys a, b and c, with two events each; the first of each has been parked. */
async function openParked(
  t: TestContext,
  redriven: readonly string[] = [],
  partitions = 16,
): Promise<Parked> {
  const poison = new Set(['a@1', 'b@1', 'c@1', ...redriven])
  const { handler, calls } = recording({
    partitions,
    retry: { attemptsMax: 2, delayMs: 10 },
    handle: (event) => {
      const name = `${event.aggregateId}@${event.version}`
      if (poison.has(name)) throw Object.assign(new Error(name), { code: `NO_${name[0]}` })
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add('a', 'b', 'c', 'a', 'b', 'c')
  await work.settled(handler)
  calls.length = 0
  return { work, handler, calls, poison }
}

function named(calls: readonly Delivery[]): string[] {
  return calls.map(({ id, version }) => `${id}@${version}`)
}

test('a dead letter says what failed, why, how often and what waits', async (t) => {
  const { work, handler } = await openParked(t)

  const { entries } = await work.runtime.deadLetters.list({ key: 'Counter-b' })

  const [letter] = entries
  assert.equal(entries.length, 1)
  assert.deepEqual(
    [letter?.handler, letter?.position, letter?.attempts, letter?.cause, letter?.queued],
    [handler.name, 2, 2, 'ATTEMPTS_EXHAUSTED', 2],
  )
  assert.deepEqual([letter?.error.message, letter?.error.code], ['b@1', 'NO_b'])
  assert(letter?.parkedAt instanceof Date)
})

test('redrive works through a key in order and unparks it', async (t) => {
  const { work, handler, calls, poison } = await openParked(t)
  poison.clear()

  const result = await work.runtime.deadLetters.redrive({ key: 'Counter-a' })
  await work.settled(handler)
  await work.add('a')
  await work.settled(handler)

  assert.deepEqual(result, { keys: 1, events: 2 })
  assert.deepEqual(named(calls), ['a@1', 'a@2', 'a@3'])
  assert.equal(work.runtime.handler(handler).status().parkedKeys, 2)
})

test('redrive without a filter tries every parked key again', async (t) => {
  const { work, handler, calls, poison } = await openParked(t)
  poison.clear()

  const result = await work.runtime.deadLetters.redrive()
  await work.settled(handler)

  assert.deepEqual(result, { keys: 3, events: 6 })
  assert.deepEqual(named(calls).sort(), ['a@1', 'a@2', 'b@1', 'b@2', 'c@1', 'c@2'])
  assert.equal(work.runtime.handler(handler).status().parkedKeys, 0)
})

test('redrive by filter leaves every other key parked', async (t) => {
  const { work, handler, calls, poison } = await openParked(t)
  poison.clear()

  const byCode = await work.runtime.deadLetters.redrive({ errorCode: 'NO_c' })
  const byCause = await work.runtime.deadLetters.redrive({ cause: 'WORKER_CRASH' })
  await work.settled(handler)

  assert.deepEqual([byCode.keys, byCause.keys], [1, 0])
  assert.deepEqual(named(calls), ['c@1', 'c@2'])
})

test('a dry run says what would be redriven and does nothing', async (t) => {
  const { work, handler, calls, poison } = await openParked(t)
  poison.clear()

  const result = await work.runtime.deadLetters.redrive({ handler }, { dryRun: true })
  await work.settled(handler)

  assert.deepEqual(result, { keys: 3, events: 6 })
  assert.deepEqual(calls, [])
  assert.equal(work.runtime.handler(handler).status().parkedKeys, 3)
})

test('a redriven key that fails again is parked again, with its redrives counted', async (t) => {
  const { work, handler, calls } = await openParked(t)

  await work.runtime.deadLetters.redrive({ key: 'Counter-a' })
  await work.settled(handler)
  await work.runtime.deadLetters.redrive({ key: 'Counter-a' })
  await work.settled(handler)
  const { entries } = await work.runtime.deadLetters.list({ key: 'Counter-a' })

  assert.deepEqual(
    entries.map(({ redrives, attempts, queued }) => [redrives, attempts, queued]),
    [[2, 2, 2]],
  )
  assert.deepEqual(
    calls.map((call) => call.attempt),
    [1, 2, 1, 2],
  )
})

test('a redriven key that fails further on is parked at that event', async (t) => {
  const { work, handler, poison } = await openParked(t, ['a@2'])
  await work.add('a')
  poison.delete('a@1')

  await work.runtime.deadLetters.redrive({ key: 'Counter-a' })
  await work.settled(handler)
  const { entries } = await work.runtime.deadLetters.list({ key: 'Counter-a' })

  assert.deepEqual(
    entries.map(({ position, attempts, queued, error }) => [
      position,
      attempts,
      queued,
      error.message,
    ]),
    [[4, 2, 2, 'a@2']],
  )
})

test('discard with a reason gives up one event and lets the rest go on', async (t) => {
  const { work, handler, calls } = await openParked(t)

  const result = await work.runtime.deadLetters.discard({ key: 'Counter-a' }, { reason: 'a joke' })
  await work.settled(handler)
  await work.add('a')
  await work.settled(handler)

  assert.deepEqual(result, { keys: 1, events: 1 })
  assert.deepEqual(named(calls), ['a@2', 'a@3'])
  const { parkedKeys, discarded } = work.runtime.handler(handler).status()
  assert.deepEqual([parkedKeys, discarded], [2, 1])
})

test('discard of a key with nothing behind lets the key flow', async (t) => {
  const { handler, calls } = recording({
    retry: { attemptsMax: 1 },
    handle: (event) => {
      if (event.version === 1) throw new Error('never')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add('a')
  await work.settled(handler)

  await work.runtime.deadLetters.discard({}, { reason: 'gone' })
  await work.settled(handler)
  await work.add('a')
  await work.settled(handler)

  assert.deepEqual(named(calls), ['a@1', 'a@2'])
  assert.equal(work.runtime.handler(handler).status().retryingKeys, 0)
})

test('a dry run says what would be given up and does nothing', async (t) => {
  const { work, handler } = await openParked(t)

  const result = await work.runtime.deadLetters.discard(
    { handler },
    { reason: 'a joke', dryRun: true },
  )
  await work.settled(handler)

  assert.deepEqual(result, { keys: 3, events: 3 })
  const { parkedKeys, discarded } = work.runtime.handler(handler).status()
  assert.deepEqual([parkedKeys, discarded], [3, 0])
})

for (const reason of [undefined, '', '   ', 7, 'x'.repeat(1_001)]) {
  test(`discard with the reason ${String(reason).slice(0, 10)} is refused`, async (t) => {
    const { work, handler } = await openParked(t)
    const options = { reason } as { reason: string }

    await assert.rejects(work.runtime.deadLetters.discard({}, options), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })

    assert.equal(work.runtime.handler(handler).status().parkedKeys, 3)
  })
}

test('pages of dead letters come to every one of them once', async (t) => {
  const { work } = await openParked(t)

  const first = await work.runtime.deadLetters.list({ limit: 2 })
  const second = await work.runtime.deadLetters.list({ limit: 2, after: first.next })

  const keys = [...first.entries, ...second.entries].map((entry) => entry.key).sort()
  assert.deepEqual(keys, ['Counter-a', 'Counter-b', 'Counter-c'])
  assert.equal(second.next, null)
})

test('a page goes on behind a dead letter that is gone by then', async (t) => {
  const { work, handler, poison } = await openParked(t)
  const first = await work.runtime.deadLetters.list({ limit: 1 })
  poison.clear()
  await work.runtime.deadLetters.redrive({ key: first.entries[0]!.key })
  await work.settled(handler)

  const second = await work.runtime.deadLetters.list({ after: first.next })

  assert.equal(second.entries.length, 2)
})

test('a page goes on in the partition of a dead letter that is gone by then', async (t) => {
  const { work, handler, poison } = await openParked(t, [], 1)
  const first = await work.runtime.deadLetters.list({ limit: 2 })
  poison.clear()
  await work.runtime.deadLetters.redrive({ key: 'Counter-b' })
  await work.settled(handler)

  const second = await work.runtime.deadLetters.list({ after: first.next })

  assert.deepEqual(
    [first.entries, second.entries].map((entries) => entries.map(({ key }) => key)),
    [['Counter-a', 'Counter-b'], ['Counter-c']],
  )
})

/** Handlers that refuse every event, with so many counters each, all of them parked. */
async function openRefused(
  t: TestContext,
  names: readonly string[],
  ids: readonly string[],
): Promise<Workplace> {
  const handlers = names.map((name) => {
    const handle = (): never => {
      throw new TerminalError('never')
    }
    return recording({ name, partitions: 3, handle }).handler
  })
  const work = await Workplace.open(t, { handlers })
  await work.add(...ids)
  for (const handler of handlers) await work.settled(handler)
  return work
}

async function pagesOf(
  { runtime }: Workplace,
  options: Parameters<Runtime['deadLetters']['list']>[0],
): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = []
  for (let after: string | null = null; ; ) {
    const { entries, next } = await runtime.deadLetters.list({ ...options, after })
    pages.push(entries.map(({ handler, key }) => `${handler} ${key}`))
    if (next === null) return pages
    after = next
  }
}

test('pages go through hundreds of keys of several handlers, in one order, whatever their size', async (t) => {
  const ids = Array.from({ length: 300 }, (_each, at) => `${at}`)
  const work = await openRefused(t, ['one', 'two'], ids)

  const [whole = []] = await pagesOf(work, { limit: 1_000 })
  const all = ['one', 'two'].flatMap((name) => ids.map((id) => `${name} Counter-${id}`))
  assert.deepEqual([...whole].sort(), all.sort())
  for (const limit of [600, 599, 128, 127, 7]) {
    const pages = await pagesOf(work, { limit })
    assert.deepEqual(pages.flat(), whole)
    assert.equal(pages.length, Math.ceil(600 / limit))
  }
  const parts = [0, 1, 2].map((partition) => pagesOf(work, { handler: 'two', partition, limit: 9 }))
  const ofTwo = whole.filter((each) => each.startsWith('two '))
  assert.deepEqual((await Promise.all(parts)).flat(2), ofTwo)
  assert.deepEqual(await pagesOf(work, { key: 'Counter-299', limit: 1 }), [
    ['one Counter-299'],
    ['two Counter-299'],
  ])
})

test('a page goes on behind a dead letter that is gone by then, whatever its key is written in', async (t) => {
  // In bytes the first comes first; in units of 16 bits the second does.
  const keys = ['Counter-\uffee', 'Counter-\u{1f600}']
  const handle = (): never => {
    throw new TerminalError('never')
  }
  const { handler } = recording({ partitions: 1, key: ({ data }) => keys[data.n - 1]!, handle })
  const work = await Workplace.open(t, { handlers: [handler] })
  for (const n of [1, 2]) await work.runtime.actor(Counter, `${n}`).send('add', { n })
  await work.settled(handler)
  const first = await work.runtime.deadLetters.list({ limit: 1 })
  await work.runtime.deadLetters.discard({ key: keys[0]! }, { reason: 'it is gone' })

  const second = await work.runtime.deadLetters.list({ after: first.next })

  assert.deepEqual(
    [first.entries, second.entries].map((entries) => entries.map(({ key }) => key)),
    [[keys[0]], [keys[1]]],
  )
})

test('a page behind dead letters that are all gone by then is empty', async (t) => {
  const { work, handler, poison } = await openParked(t)
  const first = await work.runtime.deadLetters.list({ limit: 2 })
  poison.clear()
  await work.runtime.deadLetters.redrive()
  await work.settled(handler)

  const second = await work.runtime.deadLetters.list({ after: first.next })

  assert.deepEqual(second, { entries: [], next: null })
})

const forged = [
  [],
  ['recording', 0],
  ['recording', 'a', 'a'],
  [7, 0, 'a'],
  ['recording', Number.NaN, 'a'],
  ['recording', 0, 'a\0b'],
  ['recording', 0, 'a'.repeat(3_000)],
].map((place) => encodeValue(place).toString('base64url'))

for (const after of ['', 'nonsense', 'AAAA', 7 as never, ...forged]) {
  test(`a page token ${JSON.stringify(after).slice(0, 40)} is refused`, async (t) => {
    const { work } = await openParked(t)

    await assert.rejects(work.runtime.deadLetters.list({ after }), {
      code: 'DRAMATIS_INVALID_TOKEN',
    })
  })
}

test('a filter by a handler that is not of the app is refused', async (t) => {
  const { work } = await openParked(t)

  await assert.rejects(work.runtime.deadLetters.redrive({ handler: 'nobody' }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
  })
  await assert.rejects(work.runtime.deadLetters.redrive({ keys: 'a' } as never), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
  })
})

for (const handler of [null, {}, { name: 7 }]) {
  test(`a filter by the handler ${JSON.stringify(handler)} is refused`, async (t) => {
    const { work } = await openParked(t)

    await assert.rejects(work.runtime.deadLetters.list({ handler } as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

test('an app without handlers has no dead letters, and no handler to ask for', async (t) => {
  const work = await Workplace.open(t, {})

  const { entries } = await work.runtime.deadLetters.list()

  assert.deepEqual(entries, [])
  await assert.rejects(work.runtime.deadLetters.list({ handler: 'nobody' }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    message: /\(none\)/,
  })
})

test('a store in which events were given up while the handler was paused is sound', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const { handler } = recording({
    retry: { attemptsMax: 1 },
    handle: () => {
      throw new Error('never')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler], dataDir })
  await work.add('a', 'b', 'b')
  await work.through(handler)
  await work.runtime.handler(handler).pause()
  const { keys } = await work.runtime.deadLetters.discard({}, { reason: 'a joke' })
  await work.close()

  const { findings } = await verifyStore(dataDir)

  assert.equal(keys, 2)
  assert.deepEqual(findings, [])
})
