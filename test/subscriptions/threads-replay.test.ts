/** Replays on real threads, which some events kill. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Threaded } from './threaded.js'

test('a replay runs on the threads', async (t) => {
  const threaded = await Threaded.open(t, 2)
  await threaded.add(...Array.from({ length: 60 }, (_each, at) => `c${at % 9}`))
  await threaded.through('bystander')

  const { delivered, failures } = await threaded.runtime.handler('bystander').replay()

  assert.deepEqual([delivered, failures], [60, []])
})

test('a handler that runs on the host is replayed to on the host', async (t) => {
  const threaded = await Threaded.open(t, 1)
  await threaded.add('a', 'b')
  await threaded.through('hosted')

  const { delivered, failures } = await threaded.runtime.handler('hosted').replay()

  assert.deepEqual([delivered, failures], [2, []])
})

test('an event that kills its thread in a replay fails, and no other does', async (t) => {
  const threaded = await Threaded.open(t, 1)
  threaded.mend()
  await threaded.add('a', 'exit', 'b', 'exit', 'a')
  await threaded.settled('killer')
  threaded.breakAgain()

  const { delivered, failures } = await threaded.runtime.handler('killer').replay()

  assert.equal(delivered, 3)
  assert.deepEqual(
    failures.map(({ key, position, left, error }) => [key, position, left, error.code]),
    [['Counter-exit', 2, 1, 'DRAMATIS_WORKER_CRASH']],
  )
  assert.equal(threaded.status('killer').parkedKeys, 0)
})
