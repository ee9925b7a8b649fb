/** Whose turn it is to try while the breaker of a handler is open. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { Breaker } from '../../src/subscriptions/breaker.js'
import { HandlerLane } from '../../src/subscriptions/handler-lane.js'
import { ProbeRotation } from '../../src/subscriptions/probe-rotation.js'
import type { PumpRequest, ToPump } from '../../src/subscriptions/pump-messages.js'
import { turns } from './until.js'

/** Two lanes, and which of them were asked to probe. */
function openRotation() {
  const asked: (number | undefined)[] = []
  const clock = new ManualClock()
  const pool = createInlinePool(async (request, channel) => {
    const { partitions } = request as PumpRequest
    await new Promise(() => {
      channel.listen((given) => {
        const message = given as ToPump
        if (message.type === 'mode' && message.mode === 'probe') asked.push(partitions[0])
      })
    })
  })
  const lanes = [0, 1].map(
    (partition) =>
      new HandlerLane({
        handler: 'h',
        timeoutMs: 1_000,
        silentMs: 1_000,
        partitions: [partition],
        pool,
        clock,
        readCursors: () => [0],
        readMode: () => 'hold',
        readHead: () => 0,
        onMessage: () => {},
        onGone: async () => false,
        onStart: () => {},
      }),
  )
  for (const lane of lanes) lane.start()
  const breaker = new Breaker(
    'h',
    clock,
    () => {},
    () => rotation.probe(),
  )
  const ports = { breaker, isPaused: () => false, hasRetries: () => false }
  const rotation: ProbeRotation = new ProbeRotation(ports, lanes)
  return { asked, breaker, clock, rotation }
}

test('a lane with nothing to try passes its turn on, and the breaker closes where none has', async () => {
  const { asked, breaker, clock, rotation } = openRotation()
  breaker.open()
  clock.advance(250)
  await turns()

  rotation.answered('nothing')
  await turns()
  const afterOne = [breaker.isOpen, ...asked]
  rotation.answered('nothing')
  await turns()

  assert.deepEqual(afterOne, [true, 0, 1])
  assert.deepEqual([breaker.isOpen, ...asked], [false, 0, 1])
})

test('an answer that comes when the breaker is closed asks nobody', async () => {
  const { asked, breaker, clock, rotation } = openRotation()

  for (const outcome of ['nothing', 'failed', 'succeeded'] as const) rotation.answered(outcome)
  clock.advance(60_000)
  await turns()

  assert.deepEqual([breaker.isOpen, ...asked], [false])
})
