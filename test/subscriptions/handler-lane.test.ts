/** A lane: when it starts another pump, and when it does not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import type { RunTask } from '../../src/pool/contracts.js'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { HandlerLane } from '../../src/subscriptions/handler-lane.js'
import { turns } from './until.js'

/** A pump that runs until it is told to stop. */
const untilStopped: RunTask = (_request, channel) =>
  new Promise((resolve) => {
    channel.listen((message) => {
      if ((message as { readonly type: string }).type === 'stop') resolve(null)
    })
  })

function openLane(
  runTask: RunTask,
  onGone: () => Promise<boolean> = async () => false,
): HandlerLane {
  return new HandlerLane({
    handler: 'h',
    timeoutMs: 1_000,
    silentMs: 1_000,
    partitions: [0],
    pool: createInlinePool(runTask),
    clock: new ManualClock(),
    readCursors: () => [0],
    readMode: () => 'flow',
    readHead: () => 0,
    onMessage: () => {},
    onGone,
    onStart: () => {},
  })
}

test('a lane that is renewed starts another pump', async () => {
  const lane = openLane(untilStopped)
  lane.start()

  await lane.renew()
  await turns()

  assert.deepEqual([lane.run, lane.isRunning], [2, true])
})

test('a lane that is stopped while it is being renewed starts no other pump', async () => {
  const written = createDeferred<boolean>()
  const lane = openLane(untilStopped, () => written.promise)
  lane.start()
  await lane.renew()

  const stopped = lane.stop(1_000)
  written.resolve(false)
  await stopped

  assert.deepEqual([lane.run, lane.isRunning], [1, false])
})

test('a lane whose pump has failed has nothing to renew', async () => {
  const lane = openLane(async () => {
    throw new Error('no log')
  })
  lane.start()
  await turns()

  await lane.renew()

  assert.deepEqual([lane.run, lane.error?.message], [1, 'no log'])
})
