/** When a thread counts as lost that has no event in flight, and when one that fails counts as spoiled. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEnd } from '../../src/pool/contracts.js'
import { Pulse, silentMsOf } from '../../src/subscriptions/pulse.js'
import { isThreadSpoiled } from '../../src/subscriptions/spoiled-thread.js'
import { bystander } from '../workers/hostile-app.js'

const lookEveryMs = 250
const silentMs = 1_000

/** What is found at so many looks, one after the other. */
function look(pulse: Pulse, looks: number, fromMs: number, isBusy = false): string[] {
  return Array.from({ length: looks }, (_each, at) => pulse.look(fromMs + at * lookEveryMs, isBusy))
}

test('a pump that was not heard of for two seconds is asked, and is dead when it stays silent', () => {
  const pulse = new Pulse(silentMs, lookEveryMs)
  pulse.heard(0)

  const found = look(pulse, 14, 0)

  assert.deepEqual(found.indexOf('ask'), 8)
  assert.deepEqual(found.slice(9), ['wait', 'wait', 'wait', 'wait', 'dead'])
})

test('a pump that answers lives', () => {
  const pulse = new Pulse(silentMs, lookEveryMs)
  pulse.heard(0)

  look(pulse, 12, 0)
  pulse.heard(3_000)

  assert.deepEqual(look(pulse, 8, 3_000), Array(8).fill('wait'))
})

test('a pump that has not said anything yet is not asked: it may be loading', () => {
  assert.deepEqual(look(new Pulse(silentMs, lookEveryMs), 100, 0), Array(100).fill('wait'))
})

test('while an event is in flight its own time limit decides', () => {
  const pulse = new Pulse(silentMs, lookEveryMs)
  pulse.heard(0)

  assert.deepEqual(look(pulse, 100, 0, true), Array(100).fill('wait'))
})

test('a host that stood still itself takes no pump for dead', () => {
  const pulse = new Pulse(silentMs, lookEveryMs)
  pulse.heard(0)

  const found = [pulse.look(2_000, false), pulse.look(600_000, false)]

  assert.deepEqual(found, ['ask', 'wait'])
})

test('a thread may be silent as long as one event of any handler may take', () => {
  const slow = { ...bystander, timeoutMs: 60_000 }
  const onHost = { ...bystander, timeoutMs: 90_000, runsOn: 'host' as const }

  assert.equal(silentMsOf([bystander, slow, onHost], []), 62_000)
})

test('a thread is spoiled when a task on it fails again for no documented reason, or could not load the app', () => {
  const failed: TaskEnd = { outcome: 'failed', error: { name: 'TypeError', message: 'no then' } }
  const documented: TaskEnd = {
    outcome: 'failed',
    error: { name: 'StoreUnavailableError', message: 'gone', code: 'DRAMATIS_STORE_UNAVAILABLE' },
  }
  const unloaded: TaskEnd = {
    outcome: 'failed',
    error: { name: 'AppLoadError', message: 'no', code: 'DRAMATIS_APP_LOAD' },
  }
  const crashed: TaskEnd = { ...failed, outcome: 'crashed' }

  const found = [
    isThreadSpoiled(failed, 1),
    isThreadSpoiled(failed, 2),
    isThreadSpoiled(documented, 2),
    isThreadSpoiled(unloaded, 2),
    isThreadSpoiled(crashed, 2),
  ]

  assert.deepEqual(found, [false, true, false, true, false])
})
