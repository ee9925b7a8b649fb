/** Trying alone what was in flight when its thread died: how it went, and what comes of it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HandlerContext, TerminalError } from '../../src/index.js'
import type { RunTask, TaskPool } from '../../src/pool/contracts.js'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { tryAlone } from '../../src/subscriptions/isolated-delivery.js'
import type { HostRequest, KeyChange } from '../../src/subscriptions/pump-messages.js'
import type { BlockedKey } from '../../src/subscriptions/work-store.js'
import { Books, failed, keyOf } from './books.js'
import { turns, until } from './until.js'
import { Counter } from './workplace.js'

interface Trial {
  readonly runTask?: RunTask
  readonly openPool?: () => TaskPool
  readonly signal?: AbortSignal
  readonly answer?: (request: HostRequest) => Promise<unknown>
}

/** Has the first event of the suspect key tried. @returns how the key stands then. */
async function trial(books: Books, setup: Trial = {}): Promise<Partial<BlockedKey>> {
  const { ledger, clock, random } = books
  const [waiting] = ledger.waiting.values()
  const openIsolatedPool = setup.openPool ?? (() => createInlinePool(setup.runTask ?? books.runner))
  const { signal = new AbortController().signal, answer = async () => null } = setup
  await tryAlone({ ledger, openIsolatedPool, clock, random, answer, signal }, waiting!)
  const { state, position, attempt, deaths } = ledger.blockedKey(keyOf('a'))!
  return { state, position, attempt, deaths }
}

/** A thread has died while the given event of the counter `a` was in flight on it. */
async function killedBy(books: Books, position: number): Promise<void> {
  await books.ledger.setAside([{ ...keyOf('a'), position }], 'it exited')
}

function refusing(error: Error): () => never {
  return () => {
    throw error
  }
}

test('a thread that dies under several events costs none of them an attempt', async () => {
  const books = await Books.open({ ids: ['a', 'b'] })
  await books.report(0, { ...failed('b', 2, 'later'), attempt: 2 } as KeyChange)

  await books.ledger.setAside(
    [
      { ...keyOf('a'), position: 1 },
      { ...keyOf('b'), position: 2 },
    ],
    'it exited',
  )

  const attempts = ['a', 'b'].map((id) => books.ledger.blockedKey(keyOf(id))!)
  assert.deepEqual(
    attempts.map(({ state, attempt, deaths }) => [state, attempt, deaths]),
    [
      ['isolated', 0, 1],
      ['isolated', 2, 1],
    ],
  )
})

for (const [attemptsMax, expected] of [
  [5, [2, 3]],
  [2, [2, 3]],
  [1, [1, 2]],
] as const) {
  test(`a suspect that kills the threads it has to itself is parked: attemptsMax ${attemptsMax}`, async () => {
    const books = await Books.open({ ids: ['a', 'a'], retry: { attemptsMax } })
    await killedBy(books, 1)
    const tried: unknown[] = []
    const dying = (): TaskPool => {
      const pool = createInlinePool(async (task, channel) => {
        tried.push((task as { readonly attempt: number }).attempt)
        channel.post({ type: 'begun' })
        await pool.close()
      })
      return pool
    }

    while (books.ledger.parked === 0) await trial(books, { openPool: dying })

    const { attempt, deaths, cause } = books.ledger.blockedKey(keyOf('a'))!
    assert.deepEqual([attempt, deaths], expected)
    assert.equal(cause, 'WORKER_CRASH')
    assert.deepEqual(
      tried,
      Array.from({ length: attempt }, (_each, at) => at + 1),
    )
  })
}

test('a suspect that is handled alone lets its key go on', async () => {
  const books = await Books.open({ ids: ['a', 'a'] })
  await killedBy(books, 1)

  const after = await trial(books)

  assert.deepEqual(after, { state: 'retrying', position: 1, attempt: 0, deaths: 0 })
  assert.equal(books.ledger.counts.handled, 1)
  assert.equal(books.ledger.firstQueued(keyOf('a')), undefined)
})

test('a suspect that only fails alone waits for its next attempt like any other', async () => {
  for (const [retriesAtOnce, pausesMs] of [
    [0, [25, 50]],
    [3, [0, 0]],
  ] as const) {
    const retry = { attemptsMax: 5, retriesAtOnce, delayMs: 50 }
    const books = await Books.open({ ids: ['a'], retry, handle: refusing(new Error('busy')) })
    await killedBy(books, 1)

    const after = await trial(books)

    assert.deepEqual(after, { state: 'retrying', position: 1, attempt: 1, deaths: 0 })
    const { dueAtMs, error } = books.ledger.blockedKey(keyOf('a'))!
    const pauseMs = dueAtMs - books.clock.nowMs()
    assert.ok(pauseMs >= pausesMs[0] && pauseMs <= pausesMs[1], `${pauseMs}`)
    assert.equal(error.message, 'busy')
  }
})

test('a suspect that is refused for good is parked as refused', async () => {
  const books = await Books.open({ ids: ['a'], handle: refusing(new TerminalError('never')) })
  await killedBy(books, 1)

  await trial(books)

  const { state, cause } = books.ledger.blockedKey(keyOf('a'))!
  assert.deepEqual([state, cause, books.ledger.parked], ['parked', 'TERMINAL', 1])
})

test('what stands before a suspect goes first, and the suspect stays one', async () => {
  const delivered: unknown[] = []
  const books = await Books.open({
    ids: ['a', 'a'],
    handle: ({ position }, { attempt, redrives }: HandlerContext & { redrives: number }) => {
      delivered.push([position, attempt, redrives])
    },
  })
  await books.report(1, failed('a', 1, 'later'))
  await killedBy(books, 2)

  const after = await trial(books)
  const then = await trial(books)

  assert.deepEqual(after, { state: 'isolated', position: 2, attempt: 0, deaths: 1 })
  assert.deepEqual(then, { state: 'retrying', position: 2, attempt: 0, deaths: 0 })
  assert.deepEqual(delivered, [
    [1, 1, 0],
    [2, 1, 0],
  ])
})

test('a trial that does not come to its delivery counts as a failed attempt', async () => {
  const books = await Books.open({ ids: ['a'] })
  await killedBy(books, 1)

  const after = await trial(books, { runTask: async () => refusing(new Error('no log'))() })

  assert.equal(after.state, 'retrying')
  assert.equal(books.ledger.blockedKey(keyOf('a'))!.error.message, 'no log')
})

test('a thread that dies, or cannot load the app, before the delivery begins says nothing of a suspect', async () => {
  const books = await Books.open({ ids: ['a'] })
  await killedBy(books, 1)
  const notLoaded = Object.assign(new Error('no such module'), { code: 'DRAMATIS_APP_LOAD' })
  const dying = (): TaskPool => {
    const pool = createInlinePool(() => pool.close())
    return pool
  }

  await assert.rejects(trial(books, { openPool: dying }), /the pool is closing/)
  await assert.rejects(trial(books, { runTask: async () => refusing(notLoaded)() }), {
    code: 'DRAMATIS_APP_LOAD',
  })

  const { state, attempt, deaths } = books.ledger.blockedKey(keyOf('a'))!
  assert.deepEqual([state, attempt, deaths], ['isolated', 0, 1])
})

test('a trial that closing ends counts as never tried', async () => {
  let began = false
  const books = await Books.open({
    ids: ['a'],
    handle: () => {
      began = true
      return new Promise(() => {})
    },
  })
  await killedBy(books, 1)
  const closing = new AbortController()
  const trying = trial(books, { signal: closing.signal })
  await until('it has begun', () => began)

  closing.abort()

  assert.deepEqual(await trying, { state: 'isolated', position: 1, attempt: 0, deaths: 1 })
})

test('what is tried alone asks the host as ever', async () => {
  const receipts: unknown[] = []
  const books = await Books.open({
    ids: ['a'],
    handle: async (_event, { send }: HandlerContext) => {
      receipts.push(await send(Counter, 'b', 'add', { n: 1 }))
    },
  })
  await killedBy(books, 1)
  const asked: HostRequest[] = []
  const answer = async (request: HostRequest): Promise<unknown> => {
    asked.push(request)
    return { streamId: 'Counter-b', version: 1, position: 2, duplicate: false }
  }

  await trial(books, { answer })
  await turns()

  assert.deepEqual(
    asked.map((request) => request.type === 'send' && [request.commandId, request.isRepeated]),
    [['Counter-a@1:h:1', true]],
  )
  assert.deepEqual(receipts, [{ streamId: 'Counter-b', version: 1, position: 2, duplicate: false }])
})

test('a suspect that nobody can tell what it is today is parked', async () => {
  const books = await Books.open({ ids: [] })
  await books.append(['a'], 'Lost')
  await killedBy(books, 1)

  await trial(books)

  const { state, error } = books.ledger.blockedKey(keyOf('a'))!
  assert.deepEqual([state, error.code], ['parked', 'DRAMATIS_UNKNOWN_EVENT'])
})
