/**
 * Appends to the store in argv[2] until a commit fails, under a limit on the size of files that the
 * parent has set. Says what failed, how the store is then, and what it is after reopening.
 */

import { writeSync } from 'node:fs'
import { systemClock } from '../../../src/base/clock.js'
import type { DramatisError } from '../../../src/base/errors.js'
import { appendEvents } from '../../../src/store/append.js'
import { openLmdbEventStore } from '../../../src/store/lmdb/lmdb-event-store.js'
import { sampleEvent } from '../../../src/testing/index.js'

const store = await openLmdbEventStore(process.argv[2]!, { clock: systemClock })
const events = [sampleEvent({ text: 'x'.repeat(20_000) }, 'Noted')]
let acknowledged = 0
try {
  for (;;) {
    await appendEvents(store, [
      { aggregateType: 'Note', aggregateId: '1', expectedVersion: 'any', events },
    ])
    acknowledged++
  }
} catch (error) {
  writeSync(1, `${(error as DramatisError).code} ${store.status}\n`)
}
await store.reopen()
const read = await store.readBatch({ after: 0, eventsMax: 10_000, bytesMax: 2 ** 30 })
writeSync(1, `${store.status} ${store.head - acknowledged} ${read.events.length - store.head}\n`)
await store.close()
writeSync(1, 'closed\n')
