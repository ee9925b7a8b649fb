/**
 * Opens the store in argv[2], commits one event while one listener throws and another counts, and says what
 * came of it.
 */

import { systemClock } from '../../../src/base/clock.js'
import { appendEvents } from '../../../src/store/append.js'
import { openLmdbEventStore } from '../../../src/store/lmdb/lmdb-event-store.js'
import { sampleAppend } from '../../../src/testing/index.js'
import { say } from '../../support/say.js'

process.on('uncaughtException', (error) => say(`uncaught: ${error.message}`))

const store = await openLmdbEventStore(process.argv[2]!, { clock: systemClock })
let told = 0
store.onCommit(() => {
  throw new Error('what a listener throws')
})
store.onCommit(() => {
  told++
})
await appendEvents(store, [sampleAppend('1', 'none', 1)])
say(`${store.status} ${store.head}, told ${told}`)
await store.close()
