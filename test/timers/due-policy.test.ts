/** What becomes of timers that fired, or failed, as a table. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { freshRecord } from '../../src/timers/due.js'
import { afterFailure, afterFiring, retryPauseMs } from '../../src/timers/due-policy.js'

const once = freshRecord({ id: 'x', dueAtMs: 1_000, everyMs: null, action: null }, 0)
const every100 = { ...once, everyMs: 100 }

test('a timer that fires once is done', () => {
  assert.equal(afterFiring(once, 1_000), null)
})

test('the next time of a repeating timer is the first of its grid in the future', () => {
  const nextMs = (nowMs: number): number => afterFiring(every100, nowMs)!.dueAtMs

  assert.deepEqual([1_000, 1_099, 1_100, 1_101, 99_950].map(nextMs), [
    ...[1_100, 1_100, 1_200, 1_200, 100_000],
  ])
})

test('a repeating timer never fires a time again, however far the clock went back meanwhile', () => {
  assert.equal(afterFiring(every100, -5_000)!.dueAtMs, 1_100)
})

test('times stay on the grid, ahead of the clock and of the time before, by less than needed twice', () => {
  const ms = fc.integer({ min: -1e12, max: 4e12 })
  fc.assert(
    fc.property(ms, ms, fc.integer({ min: 1, max: 4e10 }), (dueAtMs, nowMs, everyMs) => {
      const next = afterFiring({ ...once, dueAtMs, everyMs }, nowMs)!

      assert.equal((next.dueAtMs - dueAtMs) % everyMs, 0)
      assert.ok(next.dueAtMs > nowMs && next.dueAtMs > dueAtMs)
      assert.ok(next.dueAtMs - everyMs <= Math.max(nowMs, dueAtMs))
      assert.equal(next.tryAtMs, next.dueAtMs)
    }),
  )
})

test('a failure moves the next try, not the time it was due', () => {
  const failed = afterFailure(every100, { name: 'Error', message: 'no' }, 5_000)

  assert.deepEqual(
    [failed.dueAtMs, failed.tryAtMs, failed.failures, failed.occurrence],
    [1_000, 5_100, 1, 1],
  )
})

test('pauses double up to half a minute and stay there', () => {
  assert.deepEqual([1, 2, 3, 9, 10, 1_000_000].map(retryPauseMs), [
    ...[100, 200, 400, 25_600, 30_000, 30_000],
  ])
})
