/**
 * The open loop: who is sent when, and from when it counts.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueMsOf, type LoopClock, runOpenLoop } from '../../../bench/suite/open-loop.js'

interface Sent {
  readonly at: number
  readonly dueMs: number
  readonly sentMs: number
}

/** Runs a schedule of 1,000 a second on a clock that wakes up at these times. */
async function sentAt(wakeUpsMs: readonly number[], count: number): Promise<readonly Sent[]> {
  const rest = [...wakeUpsMs]
  let nowMs = rest.shift()!
  const clock: LoopClock = {
    nowMs: () => nowMs,
    wakeUp: async () => {
      nowMs = rest.shift() ?? Number.NaN
    },
  }
  const sent: Sent[] = []
  await runOpenLoop(
    { startMs: 100, ratePerSecond: 1_000, count },
    (at, dueMs) => sent.push({ at, dueMs, sentMs: nowMs }),
    clock,
  )
  return sent
}

test('a request is sent at the first wake-up at which it is due', async () => {
  const sent = await sentAt([100, 100.9, 101, 102.5], 3)

  assert.deepEqual(sent, [
    { at: 0, dueMs: 100, sentMs: 100 },
    { at: 1, dueMs: 101, sentMs: 101 },
    { at: 2, dueMs: 102, sentMs: 102.5 },
  ])
})

test('what fell due during a stall is sent at once, and counts from its own time', async () => {
  const sent = await sentAt([100, 150, 151], 52)

  assert.equal(sent.filter(({ sentMs }) => sentMs === 150).length, 50)
  assert.deepEqual(sent[1], { at: 1, dueMs: 101, sentMs: 150 })
  assert.deepEqual(sent.at(-1), { at: 51, dueMs: 151, sentMs: 151 })
})

test('times do not drift, however many requests there are', () => {
  const schedule = { startMs: 5, ratePerSecond: 40_000, count: 240_001 }

  assert.equal(dueMsOf(schedule, 240_000), 6_005)
})
