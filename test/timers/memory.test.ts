/** Pending timers are on the disk: any number of them takes no memory to speak of. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ManualClock } from '../../src/base/manual-clock.js'
import type { EventValue } from '../../src/events/event.js'
import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import { dueTables } from '../../src/timers/due.js'
import { DueQueue } from '../../src/timers/due-queue.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'

const timers = 50_000
const batch = 1_000
/** Less than a name of theirs takes: code and buffers that are used for the first time take some. */
const bytesPerTimerMax = 40

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

test('pending timers stay out of the heap, when they are set and after a restart', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const database = directory.closing(await openLmdbTables(directory.path, dueTables))
  const clock = new ManualClock(0)
  let fired = 0
  const fire = async (): Promise<void> => {
    fired++
  }
  const open = (): DueQueue =>
    new DueQueue({ queue: 'timers', database, clock, fire, inFlightMax: 100 })
  const queue = open()
  queue.start()
  await queue.set({ owner: '', name: 'warm' }, settingOf(0))
  const before = heapBytes()

  for (let first = 0; first < timers; first += batch) {
    await queue.setAll(
      Array.from({ length: batch }, (_, at) => ({
        ...{ owner: '', name: `timer-${first + at}` },
        ...settingOf(first + at),
      })),
    )
  }
  const afterSetting = heapBytes()
  await queue.stop(0)
  const reopened = open()
  onEnd(t, () => reopened.stop(0))
  reopened.start()
  const afterReopening = heapBytes()

  assert.equal(reopened.status().pending, timers + 1)
  for (const growth of [afterSetting - before, afterReopening - before]) {
    assert.ok(growth < timers * bytesPerTimerMax, `${growth} bytes for ${timers} timers`)
  }
  clock.advance(3_600_000 + 999)
  await reopened.idle()
  assert.equal(fired, 1_001)
})

function settingOf(at: number): { id: string; dueAtMs: number; everyMs: null; action: EventValue } {
  return { id: `id-${at}`, dueAtMs: 3_600_000 + at, everyMs: null, action: { kind: 'none' } }
}
