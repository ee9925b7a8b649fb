/** Replaying to a handler: past events delivered once more, apart from everything else it does. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  defineHandler,
  type HandlerContext,
  type ReplayOptions,
  type ReplayProgress,
  TerminalError,
} from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { open, refuse, replayed } from './replaying.js'
import { until } from './until.js'
import { type Added, Counter, Workplace } from './workplace.js'

for (const kind of ['memory', 'lmdb']) {
  test(`${kind}: a replay delivers every event of the handler once more, in order per key`, async (t) => {
    const place = kind === 'lmdb' ? { dataDir: (await TemporaryDirectory.make(t)).path } : {}
    const { work, seen, handler, replay } = await open(t, { ...place, partitions: 1 })
    await work.add('a', 'b', 'a', 'c', 'a')
    await work.settled(handler)

    const { durationMs, ...result } = await replay()

    assert.deepEqual(replayed(seen), ['a@1', 'b@1', 'a@2', 'c@1', 'a@3'])
    assert.deepEqual(result, {
      from: 1,
      to: 5,
      position: 5,
      delivered: 5,
      failures: [],
      withheld: 0,
    })
    assert.ok(durationMs >= 0)
  })
}

test('deliveries of a replay are marked, begin at attempt 1, and keep their idempotency keys', async (t) => {
  const { work, seen, handler, replay } = await open(t)
  await work.add('a')
  await work.settled(handler)

  await replay()

  const key = 'Counter-a@1:recording'
  assert.deepEqual(seen, [
    { id: 'Counter-a@1', isReplay: false, attempt: 1, idempotencyKey: key },
    { id: 'Counter-a@1', isReplay: true, attempt: 1, idempotencyKey: key },
  ])
})

test('a replay moves no cursor and counts nowhere', async (t) => {
  const { work, handler, replay } = await open(t, { again: refuse('b') })
  await work.add('a', 'b')
  await work.settled(handler)
  const before = work.runtime.handler(handler).status()

  await replay()

  assert.deepEqual(work.runtime.handler(handler).status(), before)
  assert.deepEqual((await work.runtime.deadLetters.list()).entries, [])
})

const ranges: readonly (readonly [what: string, options: ReplayOptions, expected: string])[] = [
  ['a range', { from: 2, to: 4 }, 'b@1 a@2 c@1'],
  ['one event', { from: 5, to: 5 }, 'b@2'],
  ['nothing', { from: 4, to: 3 }, ''],
  ['what is beyond the end', { from: 99 }, ''],
  ['keys', { keys: ['Counter-a', 'Counter-c'] }, 'a@1 a@2 c@1'],
  ['a key that there is not', { keys: ['Counter-x'] }, ''],
  ['types', { types: ['Added'], from: 4 }, 'c@1 b@2'],
  ['no types', { types: [] }, ''],
  ['a filter', { filter: ({ version }) => version === 2 }, 'a@2 b@2'],
  ['all of it', { from: 2, keys: ['Counter-a'], filter: ({ version }) => version === 2 }, 'a@2'],
]

for (const [what, options, expected] of ranges) {
  test(`a replay of ${what} delivers that`, async (t) => {
    const { work, seen, handler, replay } = await open(t, { partitions: 1 })
    await work.add('a', 'b', 'a', 'c', 'b')
    await work.settled(handler)

    await replay(options)

    assert.deepEqual(replayed(seen).join(' '), expected)
  })
}

test('an event that fails ends its key, in this replay only', async (t) => {
  const { work, seen, handler, replay } = await open(t, { again: refuse('bad') })
  await work.add('bad', 'good', 'bad', 'good')
  await work.settled(handler)

  const { delivered, failures, position } = await replay()
  await work.add('bad')
  await work.settled(handler)

  assert.deepEqual([delivered, position], [2, 4])
  assert.deepEqual(
    failures.map(({ error, ...failure }) => ({ ...failure, code: error.code })),
    [{ position: 1, key: 'Counter-bad', attempts: 1, left: 1, code: 'DRAMATIS_TERMINAL' }],
  )
  assert.deepEqual(replayed(seen).sort(), ['bad@1', 'good@1', 'good@2'])
  assert.equal(seen.at(-1)!.id, 'Counter-bad@3')
  assert.equal(work.runtime.handler(handler).status().parkedKeys, 0)
})

test('a key stays failed over the rounds of a long replay', async (t) => {
  const { work, seen, handler, replay } = await open(t, { again: refuse('bad') })
  await work.add('bad')
  await Promise.all(Array.from({ length: 1_100 }, (_each, at) => work.add(`c${at % 50}`)))
  await work.add('bad', 'c0')
  await work.settled(handler)

  const { delivered, failures } = await replay()

  assert.deepEqual([delivered, failures.length, failures[0]!.left], [1_101, 1, 1])
  assert.equal(replayed(seen).filter((id) => id.startsWith('bad')).length, 1)
})

test('an event is tried again as the handler says, and its key waits for it', async (t) => {
  const { work, seen, handler, replay } = await open(t, {
    partitions: 1,
    retry: { attemptsMax: 4, retriesAtOnce: 1, delayMs: 1_000 },
    again: (event, { attempt }) => {
      if (event.id === 'Counter-a@1' && attempt < 4) throw new Error('busy')
    },
  })
  await work.add('a', 'b', 'a')
  await work.settled(handler)

  const replaying = replay()
  let isOver = false
  void replaying.then(() => {
    isOver = true
  })
  await until('the others are through', () => replayed(seen).includes('b@1'))
  await work.passTime('the replay is over', () => isOver)
  const { delivered } = await replaying

  assert.equal(delivered, 3)
  assert.deepEqual(replayed(seen), ['a@1', 'a@1', 'b@1', 'a@1', 'a@1', 'a@2'])
})

test('what waits as a dead letter is left to it', async (t) => {
  const { work, seen, handler, replay } = await open(t, { handle: refuse('bad') })
  await work.add('good', 'bad', 'good', 'bad')
  await work.through(handler)

  const { delivered, withheld } = await replay()

  assert.deepEqual([delivered, withheld], [2, 2])
  assert.deepEqual(replayed(seen).sort(), ['good@1', 'good@2'])
  assert.equal(work.runtime.handler(handler).status().parkedKeys, 1)
})

test('new events are handled while a replay goes on', async (t) => {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { work, seen, handler, replay } = await open(t, { again: () => released })
  await work.add('a')
  await work.settled(handler)

  const replaying = replay()
  await until('it has begun', () => replayed(seen).length === 1)
  await work.runtime.caughtUp(await work.add('a', 'b'), { handler })
  release()
  const { to } = await replaying

  assert.equal(to, 1)
  assert.deepEqual(
    seen.map(({ id, isReplay }) => `${id} ${isReplay}`),
    ['Counter-a@1 false', 'Counter-a@1 true', 'Counter-a@2 false', 'Counter-b@1 false'],
  )
})

test('a paused handler can be replayed to, so that nothing new comes between', async (t) => {
  const { work, seen, handler, replay } = await open(t)
  await work.add('a')
  await work.settled(handler)
  await work.runtime.handler(handler).pause()
  await work.add('a')

  const { delivered } = await replay()

  assert.equal(delivered, 1)
  assert.equal(seen.length, 2)
})

test('an event that was given up is left out while its key has not gone on', async (t) => {
  const { work, seen, handler, replay } = await open(t, { handle: refuse('bad') })
  await work.add('good', 'bad')
  await work.through(handler)
  await work.runtime.handler(handler).pause()
  await work.runtime.deadLetters.discard({}, { reason: 'a joke' })

  const { delivered, withheld } = await replay()

  assert.deepEqual([delivered, withheld], [1, 1])
  assert.deepEqual(replayed(seen), ['good@1'])
})

test('a handler of no events has no types to replay', async (t) => {
  const none = defineHandler('none', { from: [Counter], on: {} })
  const work = await Workplace.open(t, { handlers: [none] })

  await assert.rejects(work.runtime.handler(none).replay({ types: ['Added'] }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    message: /types that none handles \(none\)/,
  })
})

test('commands that a replayed event sends again act once', async (t) => {
  const twice = async (event: Added, { send }: HandlerContext): Promise<void> => {
    if (event.aggregateId === 'a') await send(Counter, 'target', 'add', { n: 5 })
  }
  const { work, handler, replay } = await open(t, { handle: twice, again: twice })
  await work.add('a')
  await work.settled(handler)

  const { failures } = await replay()

  assert.deepEqual(failures, [])
  assert.deepEqual(await work.runtime.actor(Counter, 'target').state(), { sum: 5 })
})

test('a replay says how far it is', async (t) => {
  const { work, handler, replay } = await open(t)
  await work.add('a', 'b')
  await work.settled(handler)
  const reports: ReplayProgress[] = []

  await replay({ onProgress: (progress) => void reports.push(progress) })

  const { position, to, delivered, etaMs } = reports.at(-1)!
  assert.deepEqual([position, to, delivered, etaMs], [2, 2, 2, 0])
})

test('one replay goes on at a time', async (t) => {
  const { work, handler, replay } = await open(t)
  await work.add('a')
  await work.settled(handler)

  const first = replay()
  await assert.rejects(replay(), { code: 'DRAMATIS_REPLAY_FAILED', result: null })

  assert.equal((await first).delivered, 1)
})

test('where each event is its own key, later ones come after a failure', async (t) => {
  const { work, seen, handler, replay } = await open(t, {
    deadLetter: 'event',
    again: ({ id }) => {
      if (id === 'Counter-a@1') throw new TerminalError('never')
    },
  })
  await work.add('a', 'a')
  await work.settled(handler)

  const { failures, delivered } = await replay()

  assert.deepEqual([delivered, failures.map(({ key }) => key)], [1, ['Counter-a@1']])
  assert.deepEqual(replayed(seen), ['a@1', 'a@2'])
})

const oddReplays: Readonly<Record<string, unknown>> = {
  null: null,
  'an option that there is not': { after: 1 },
  'a position before the first': { from: 0 },
  'half a position': { from: 1.5 },
  'an end of text': { to: 'head' },
  'an end that the handler has not reached': { to: 2 },
  'a type that the handler does not have': { types: ['Renamed'] },
  'types that are no list': { types: 'Added' },
  'keys of numbers': { keys: [1] },
  'a filter that is none': { filter: 'all' },
  'a signal that is none': { signal: {} },
  'progress to nobody': { onProgress: 1 },
  'less than no failures': { failuresMax: -1 },
}

for (const [what, options] of Object.entries(oddReplays)) {
  test(`a replay with ${what} is refused, and nothing is delivered`, async (t) => {
    const { work, seen, handler, replay } = await open(t)
    await work.add('a')
    await work.settled(handler)

    await assert.rejects(replay(options as never), { code: 'DRAMATIS_INVALID_ARGUMENT' })

    assert.equal(seen.length, 1)
  })
}

test('whatever fails, a replay keeps the order of every key', async (t) => {
  const event = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(4))
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      const failures = new Map<string, number>()
      const handled: string[] = []
      const { work, handler, replay } = await open(t, {
        partitions: 2,
        retry: { attemptsMax: 4, retriesAtOnce: 1, delayMs: 10 },
        again: ({ id }, { attempt }) => {
          if (attempt <= failures.get(id)!) throw new Error('busy')
          handled.push(id)
        },
      })
      const versions = new Map<string, number>()
      for (const [id, fails] of events) {
        versions.set(id, (versions.get(id) ?? 0) + 1)
        failures.set(`Counter-${id}@${versions.get(id)}`, fails)
        await work.add(id)
      }
      await work.settled(handler)

      let isOver = false
      const replaying = replay().finally(() => {
        isOver = true
      })
      await work.passTime('the replay is over', () => isOver)
      const { delivered } = await replaying

      const expected = [...versions].flatMap(([id, last]) => {
        const own = Array.from({ length: last }, (_each, at) => `Counter-${id}@${at + 1}`)
        const failed = own.findIndex((each) => failures.get(each)! >= 4)
        return failed < 0 ? own : own.slice(0, failed)
      })
      const found = [...versions.keys()].flatMap((id) =>
        handled.filter((each) => each.startsWith(`Counter-${id}@`)),
      )
      assert.deepEqual(found, expected)
      assert.equal(delivered, expected.length)
      await work.close()
    }),
    { numRuns: 60 },
  )
})
