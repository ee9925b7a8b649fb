/**
 * Fills a log as fast as the store takes it: no actors, no fsync, many events in each commit.
 */

import { systemClock } from '../../src/base/clock.js'
import type { EventStore, EventToStage, StreamAppend } from '../../src/store/contracts.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { exactly } from '../suite/exactly.js'
import { payload } from './program.js'

/** What the counters of `counter.ts` record. */
export const added: EventToStage = Object.freeze({
  type: 'Added',
  schemaVersion: 1,
  data: { ...payload },
  metadata: { commandId: 'bench', correlationId: 'bench', causationId: 'bench' },
})

/** One event of each counter. @param eventOf - That of the counter of a number. */
export function appendsOf(
  counters: number,
  eventOf: (counter: number) => EventToStage = () => added,
): readonly StreamAppend[] {
  return Array.from({ length: counters }, (_, counter) => ({
    aggregateType: 'Counter',
    aggregateId: `counter-${counter}`,
    expectedVersion: 'any',
    events: [eventOf(counter)],
  }))
}

/** Records the same appends so many times, each time in one commit. */
export async function fillLog(
  store: EventStore,
  appends: readonly StreamAppend[],
  commits: number,
): Promise<void> {
  for (let commit = 0; commit < commits; commit++) {
    store.stage(appends)
    await store.commit()
  }
  exactly('events recorded', store.head, appends.length * commits)
}

/** A store in LMDB, filled so. */
export async function openFilledLog(
  dataDir: string,
  appends: readonly StreamAppend[],
  commits: number,
): Promise<EventStore> {
  const store = await openLmdbEventStore(dataDir, { clock: systemClock, durability: 'commit' })
  await fillLog(store, appends, commits)
  return store
}

/** Reads and decodes a whole log as a projector does. @returns how many events there were. */
export async function readLog(
  store: EventStore,
  wantsType: (type: string) => boolean = () => true,
): Promise<number> {
  let seen = 0
  for (let after = 0; after < store.head; ) {
    const batch = await store.readBatch({ after, eventsMax: 2_048, wantsType })
    after = batch.scannedTo
    seen += batch.events.length
  }
  return seen
}
