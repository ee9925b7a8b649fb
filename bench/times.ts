/**
 * What does it take to find a time in the log, without a table of times?
 *
 * Events that were recorded a millisecond apart. The search is `positionAt`; the scan looks at the headers
 * from the beginning to the middle, as one would have to otherwise.
 */

import { ManualClock } from '../src/base/manual-clock.js'
import type { EventStore } from '../src/store/contracts.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { appendsOf } from './programs/fill-log.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'
import { briefRounds, takeTurns } from './suite/turns.js'

const streams = 1_000
const events = scaled(300) * streams
const lookups = 1_000
const startMs = Date.UTC(2026, 0, 1)

await withScratch(async (scratch) => {
  const clock = new ManualClock(startMs)
  const store = await openLmdbEventStore(scratch.directory('log'), { clock, durability: 'commit' })
  await fill(store, clock)
  const cases = [
    { name: 'a search in the log', perRun: lookups, run: () => searchAll(store) },
    { name: 'a scan to its middle', perRun: 1, run: () => scan(store) },
  ]
  const found = await takeTurns('times', cases, briefRounds)
  tell({
    id: 'times',
    question: 'How long does it take to find a time in the log?',
    setting: `${events.toLocaleString('en')} events of 100 bytes in LMDB, one each millisecond`,
    figures: [...found].map(([name, perSecond]) => ({
      name,
      unit: 'us',
      values: perSecond.map((each) => 1e6 / each),
    })),
  })
  await store.close()
})

async function fill(store: EventStore, clock: ManualClock): Promise<void> {
  const appends = appendsOf(streams)
  for (let written = 0; written < events; written += streams) {
    for (const append of appends) {
      clock.advance(1)
      store.stage([append])
    }
    await store.commit()
  }
  exactly('events recorded', store.head, events)
}

/** Times spread over the whole log, in an order that jumps about. */
function timeOf(lookup: number): number {
  return startMs + 1 + ((lookup * 7_919) % lookups) * (events / lookups)
}

async function searchAll(store: EventStore): Promise<void> {
  for (let lookup = 0; lookup < lookups; lookup++) {
    const timeMs = timeOf(lookup)
    exactly(`position at ${timeMs}`, await store.positionAt(timeMs), timeMs - startMs)
  }
}

/** Headers alone, to a time in the middle. */
async function scan(store: EventStore): Promise<void> {
  const to = events / 2
  for (let after = 0; after < to; ) {
    const wantsType = (): boolean => false
    const batch = await store.readBatch({ after, to, eventsMax: 100_000, wantsType })
    after = batch.scannedTo
  }
}
