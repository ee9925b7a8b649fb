/**
 * Opens the store in argv[2] again and again, argv[5] times, each time at the same moment as another process: they
 * meet at the pipes argv[3], where this one is the `r` or the `w` of argv[4]. Says `won EPOCH` or the code it was
 * refused with; whoever has won holds the store until both have said so.
 */

import { closeSync, openSync } from 'node:fs'
import { systemClock } from '../../../src/base/clock.js'
import type { EventStore } from '../../../src/store/contracts.js'
import { openLmdbEventStore } from '../../../src/store/lmdb/lmdb-event-store.js'
import { say } from '../../support/say.js'

const [, , dataDir = '', pipes = '', side = 'r', rounds = '0'] = process.argv

/** Opening a pipe waits for whoever opens the other end. Not the same pipe twice: it might still be open there. */
let meetings = 0
function meet(): void {
  meetings += 1
  closeSync(openSync(`${pipes}${meetings % 2}`, side))
}

for (let round = 0; round < Number(rounds); round++) {
  let store: EventStore | null = null
  meet()
  try {
    store = await openLmdbEventStore(dataDir, { clock: systemClock })
    say(`won ${store.epoch}`)
  } catch (error) {
    say((error as { readonly code: string }).code)
  }
  meet()
  await store?.close()
}
process.exit()
