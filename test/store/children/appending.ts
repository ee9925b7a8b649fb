/**
 * Opens the store in argv[2], says its epoch, then appends argv[3] groups of three events to two
 * streams and says the head after each commit. Says the code when it cannot open, then waits
 * for the end of its input.
 */

import { writeSync } from 'node:fs'
import { systemClock } from '../../../src/base/clock.js'
import { DramatisError } from '../../../src/base/errors.js'
import { appendEvents } from '../../../src/store/append.js'
import { openLmdbEventStore } from '../../../src/store/lmdb/lmdb-event-store.js'
import { sampleAppend } from '../../../src/testing/index.js'

const [, , dataDir = '', groups = '0'] = process.argv

/** Written at once, on this thread: what the parent has read has happened before the crash. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}

try {
  const store = await openLmdbEventStore(dataDir, { clock: systemClock })
  say(`epoch ${store.epoch}`)
  for (let group = 1; group <= Number(groups); group++) {
    await appendEvents(store, [
      sampleAppend('1', 'any', group, -group),
      sampleAppend('2', 'any', 1),
    ])
    say(`head ${store.head}`)
  }
  say('done')
} catch (error) {
  say(error instanceof DramatisError ? error.code : String(error))
}
// Lives until its parent lets go of it, even where a tracer in between was killed.
process.stdin.resume()
process.stdin.once('end', () => process.exit())
