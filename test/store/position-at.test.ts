/** Finding a time in the log: right whatever the times, and never wrong where records are damaged. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { ManualClock } from '../../src/base/manual-clock.js'
import { appendEvents } from '../../src/store/append.js'
import { privateAccess } from '../../src/store/memory/disk-access.js'
import { MemoryDisk } from '../../src/store/memory/memory-disk.js'
import { MemoryLogStorage } from '../../src/store/memory/memory-log-storage.js'
import { parseStoreOptions } from '../../src/store/options.js'
import { findPositionAt } from '../../src/store/position-at.js'
import { StagedEventStore } from '../../src/store/staged-event-store.js'
import { sampleAppend } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'

/** A log whose events are recorded so many milliseconds after each other. */
async function recorded(t: TestContext, pausesMs: readonly number[]): Promise<MemoryLogStorage> {
  const clock = new ManualClock(0)
  const disk = new MemoryDisk()
  const storage = await MemoryLogStorage.open(disk, privateAccess(disk), 'test')
  const store = new StagedEventStore(storage, parseStoreOptions({ clock }))
  onEnd(t, () => store.close())
  for (const pauseMs of pausesMs) {
    clock.advance(pauseMs)
    await appendEvents(store, [sampleAppend('1', 'any', 1)])
  }
  return storage
}

/** The same by looking at each event. */
function positionByScan(pausesMs: readonly number[], timeMs: number): number {
  let atMs = 0
  let position = 0
  for (const pauseMs of pausesMs) {
    atMs += pauseMs
    if (atMs > timeMs) return position
    position++
  }
  return position
}

function damage(storage: MemoryLogStorage, position: number): void {
  const bytes = storage.recordAt(position)!
  bytes[31] = bytes[31]! ^ 0xff
}

const pauses = fc.array(fc.constantFrom(0, 0, 1, 2, 50), { maxLength: 60 })

test('a search finds what a scan finds', async (t) => {
  await fc.assert(
    fc.asyncProperty(pauses, fc.integer({ min: -1, max: 300 }), async (pausesMs, timeMs) => {
      const storage = await recorded(t, pausesMs)

      assert.equal(findPositionAt(storage, timeMs), positionByScan(pausesMs, timeMs))
    }),
    { numRuns: 300 },
  )
})

test('damage leads to an error where it hides the answer, and nowhere to a wrong one', async (t) => {
  const damaged = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 })
  const times = fc.integer({ min: -1, max: 300 })

  await fc.assert(
    fc.asyncProperty(pauses, damaged, times, async (pausesMs, positions, timeMs) => {
      const storage = await recorded(t, pausesMs)
      const hurt = positions.filter((position) => position <= pausesMs.length)
      for (const position of hurt) damage(storage, position)
      const answer = positionByScan(pausesMs, timeMs)

      // The two records between which the answer lies are what it has to rest on.
      if (hurt.includes(answer) || hurt.includes(answer + 1)) {
        assert.throws(() => findPositionAt(storage, timeMs), { code: 'DRAMATIS_DAMAGED_RECORD' })
      } else {
        assert.equal(findPositionAt(storage, timeMs), answer)
      }
    }),
    { numRuns: 300 },
  )
})

test('a search ends in an error where thousands of records in a row are damaged', async (t) => {
  const storage = await recorded(t, new Array<number>(5_000).fill(1))
  for (let position = 1_000; position < 4_500; position++) damage(storage, position)

  assert.throws(() => findPositionAt(storage, 10), { code: 'DRAMATIS_DAMAGED_RECORD' })
})
