/**
 * A log to be read: the same events in a store of ours and, one record per key, in a bare one.
 *
 * Written with `durability: 'commit'`, in large commits, since nothing of it is measured.
 */

import { systemClock } from '../../src/base/clock.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { payload } from './program.js'

export interface Sample {
  readonly type: string
  readonly aggregateId: string
}

/** What the event at an index is; the first is 0. */
export type SampleOf = (at: number) => Sample

const aggregateType = 'Counter'
export const eventsPerCommit = 10_000

/** As long as a ULID, and like it in the beginning. */
export function commandIdOf(at: number): string {
  return `01HZX3V9QK${String(at).padStart(16, '0')}`
}

/** Records events in a directory that a runtime can be opened on. */
export async function recordSamples(
  dataDir: string,
  events: number,
  sampleOf: SampleOf,
): Promise<void> {
  const store = await openLmdbEventStore(dataDir, { clock: systemClock, durability: 'commit' })
  try {
    for (let at = 0; at < events; at++) {
      const { type, aggregateId } = sampleOf(at)
      const id = commandIdOf(at)
      const metadata = { commandId: id, correlationId: id, causationId: id }
      const event = { type, schemaVersion: 1, data: payload, metadata }
      store.stage([{ aggregateType, aggregateId, expectedVersion: 'any', events: [event] }])
      if ((at + 1) % eventsPerCommit === 0) await store.commit()
    }
    await store.commit()
    if (store.head !== events) throw new Error(`recorded ${store.head} of ${events}`)
  } finally {
    await store.close()
  }
}
