/** Reading the log in order. What every store does is in the contract; here is what ends a reading. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { appendEvents } from '../../src/store/append.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { readLog } from '../../src/store/read-log.js'
import { sampleAppend } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'

test('a signal ends a reading before the next event, though that was read already', async (t) => {
  const store = await openMemoryEventStore({ clock: new ManualClock() })
  onEnd(t, () => store.close())
  await appendEvents(store, [sampleAppend('1', 'none', 1, 2, 3)])
  const ending = new AbortController()
  const positions: number[] = []

  for await (const { position } of readLog(store, { signal: ending.signal })) {
    positions.push(position)
    if (position === 2) ending.abort()
  }

  assert.deepEqual(positions, [1, 2])
})
