/** How a replay ends before its range is through, and what it says then. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReplayFailedError } from '../../src/index.js'
import { open, refuse, replayed } from './replaying.js'
import { turns, until } from './until.js'

test('a cancelled replay ends with what is under way, and says where it was', async (t) => {
  const controller = new AbortController()
  const { work, seen, handler, replay } = await open(t, {
    partitions: 1,
    again: ({ id }) => {
      if (id === 'Counter-b@1') controller.abort(new Error('enough'))
    },
  })
  await work.add('a', 'b', 'c')
  await work.settled(handler)

  await assert.rejects(replay({ signal: controller.signal }), (error: ReplayFailedError) => {
    const { code, cause, result } = error
    assert.deepEqual([code, (cause as Error).message], ['DRAMATIS_REPLAY_FAILED', 'enough'])
    assert.deepEqual([result?.position, result?.delivered], [2, 2])
    return true
  })
  const { delivered } = await replay({ from: 3 })

  assert.equal(delivered, 1)
  assert.deepEqual(replayed(seen), ['a@1', 'b@1', 'c@1'])
})

test('a replay whose signal was aborted before delivers nothing', async (t) => {
  const { work, seen, handler, replay } = await open(t)
  await work.add('a')
  await work.settled(handler)
  const cause = new Error('too late')

  await assert.rejects(replay({ signal: AbortSignal.abort(cause) }), {
    code: 'DRAMATIS_REPLAY_FAILED',
    cause,
  })

  assert.deepEqual(replayed(seen), [])
})

test('a replay that is cancelled while a key waits for its retry ends at once', async (t) => {
  const controller = new AbortController()
  const { work, seen, handler, replay } = await open(t, {
    retry: { attemptsMax: 3, delayMs: 60_000, retriesAtOnce: 0 },
    again: () => {
      throw new Error('busy')
    },
  })
  await work.add('a')
  await work.settled(handler)
  const replaying = replay({ signal: controller.signal })
  await until('it was tried', () => replayed(seen).length === 1)
  await turns()

  controller.abort(new Error('enough'))
  await assert.rejects(replaying, (error: ReplayFailedError) => {
    assert.deepEqual([error.result?.position, error.result?.failures], [0, []])
    return true
  })
  work.clock.advance(120_000)
  await turns()

  assert.deepEqual(replayed(seen), ['a@1'])
})

test('a replay whose progress cannot be told is given up, with what was thrown', async (t) => {
  const { work, handler, replay } = await open(t)
  await work.add('a')
  await work.settled(handler)
  const cause = new Error('the pipe is closed')
  const onProgress = (): never => {
    throw cause
  }

  await assert.rejects(replay({ onProgress }), { code: 'DRAMATIS_REPLAY_FAILED', cause })

  assert.equal((await replay()).delivered, 1)
})

test('a replay whose handlers never give up is ended with the runtime', async (t) => {
  const { work, seen, handler, replay } = await open(t, {
    closeTimeoutMs: 100,
    again: () => new Promise(() => {}),
  })
  await work.add('a')
  await work.settled(handler)
  const rejected = assert.rejects(replay(), /the runtime is closing/)
  await until('it has begun', () => replayed(seen).length === 1)

  let isClosed = false
  const closed = work.runtime.close().then(() => {
    isClosed = true
  })
  await work.passTime('it is closed', () => isClosed, 10)
  await Promise.all([closed, rejected])

  assert.ok(work.clock.elapsedMs() < 1_000)
})

test('a replay in which too many keys fail is given up', async (t) => {
  const { work, handler, replay } = await open(t, { partitions: 1, again: refuse('a', 'b', 'c') })
  await work.add('a', 'b', 'c', 'd')
  await work.settled(handler)

  await assert.rejects(replay({ failuresMax: 1 }), (error: ReplayFailedError) => {
    assert.equal(error.code, 'DRAMATIS_REPLAY_FAILED')
    assert.ok(error.result!.failures.length >= 2)
    return true
  })
})

test('a filter that throws ends the replay, and names the event', async (t) => {
  const { work, seen, handler, replay } = await open(t)
  await work.add('a', 'b')
  await work.settled(handler)
  const filter = ({ position }: { position: number }): boolean => {
    if (position === 2) throw new Error('odd')
    return true
  }

  await assert.rejects(replay({ filter }), /its filter failed at position 2/)

  assert.deepEqual(replayed(seen), [])
})

test('closing ends a replay, which says where it was', async (t) => {
  const { work, seen, handler, replay } = await open(t, {
    again: (_event, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')))
      }),
  })
  await work.add('a', 'b')
  await work.settled(handler)
  const replaying = replay()
  const rejected = assert.rejects(replaying, (error: ReplayFailedError) => {
    assert.match(error.message, /the runtime is closing/)
    assert.deepEqual([error.result?.position, error.result?.failures], [0, []])
    return true
  })
  await until('it has begun', () => replayed(seen).length > 0)

  await work.close()
  await rejected
})
