/**
 * What does it cost to count a log by schema, beside reading it?
 *
 * Counted as `schemas.count()` does, passed over by a reader that wants none of it, and read and decoded
 * as a projector does.
 */

import type { EventStore } from '../src/store/contracts.js'
import { added, appendsOf, openFilledLog, readLog } from './programs/fill-log.js'
import { comparedWithFirst } from './suite/compared.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'
import { briefRounds, takeTurns } from './suite/turns.js'

const streams = 1_000
const events = scaled(30) * streams
const types = 10

await withScratch(async (scratch) => {
  const appends = appendsOf(streams, (at) => ({ ...added, type: `Added${at % types}` }))
  const store = await openFilledLog(scratch.directory('log'), appends, events / streams)
  const cases = [
    measured('read and decoded', events, () => readLog(store)),
    measured('passed over', 0, () => readLog(store, () => false)),
    measured('counted', events, () => count(store)),
  ]
  const found = await takeTurns('counting', cases, briefRounds)
  tell({
    id: 'counting',
    question: 'What does it cost to count a log by schema, beside reading it?',
    setting: `events of ${types} types and 100 bytes each, in LMDB; read on one thread`,
    figures: comparedWithFirst(found),
  })
  await store.close()
})

function measured(name: string, expected: number, work: () => Promise<number>) {
  const run = async (): Promise<void> => exactly(name, await work(), expected)
  return { name, perRun: events, run }
}

async function count(store: EventStore): Promise<number> {
  let counted = 0
  for (let after = 0; after < store.head; ) {
    const { scannedTo, events: byShape } = await store.countShapes({ after })
    after = scannedTo
    for (const some of byShape.values()) counted += some
  }
  return counted
}
