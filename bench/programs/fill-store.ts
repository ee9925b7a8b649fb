/**
 * Filling a store with events before anything is asked of it: as fast as it goes, through the code that
 * records the events of commands.
 *
 * Each event is an append of its own with an id of its own, as a command's is. Actors come in lots of
 * 10,000, one lot after the other; within its lot, each event is of an actor drawn at random. So an
 * actor's events lie far apart, and no two stores of the same size differ.
 */

import { systemClock } from '../../src/base/clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import type { StreamAppend } from '../../src/store/contracts.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { exactly } from '../suite/exactly.js'
import { payload } from './program.js'

export interface Filling {
  readonly events: number
  readonly actors: number
  /** Called after each group. */
  readonly onProgress?: (events: number) => void
}

const groupEvents = 4_096
const lotActors = 10_000

/** Fills a new store, and closes it again. Throws when it does not hold exactly that many events. */
export async function fillStore(dataDir: string, filling: Filling): Promise<void> {
  const { events, actors, onProgress } = filling
  // An actor is written to in the time of its lot alone: no head is ever read back.
  const headsMax = 4 * lotActors
  const options = { clock: systemClock, durability: 'commit', headsMax } as const
  const store = await openLmdbEventStore(dataDir, options)
  const nextActor = drawing(events, actors)
  let underWay: Promise<unknown> = Promise.resolve()
  for (let staged = 0; staged < events; ) {
    const until = Math.min(staged + groupEvents, events)
    for (; staged < until; staged++) store.stage([appendTo(nextActor(staged), staged)])
    await underWay
    underWay = store.commit()
    onProgress?.(staged)
  }
  await underWay
  exactly('events in the store', store.head, events)
  await store.close()
}

/** The id of an actor, by its number from 0. */
export function counterId(actor: number): string {
  return `counter-${actor}`
}

/** @returns whose the event of a number is. */
function drawing(events: number, actors: number): (event: number) => number {
  const random = createSeededRandom(1)
  const lot = Math.min(actors, lotActors)
  const lots = Math.ceil(actors / lot)
  const eventsPerLot = Math.ceil(events / lots)
  return (event) => Math.floor(event / eventsPerLot) * lot + Math.floor(random.next() * lot)
}

function appendTo(actor: number, event: number): StreamAppend {
  const commandId = `01HZX3V9QK${String(event).padStart(16, '0')}`
  const metadata = { commandId, correlationId: commandId, causationId: commandId }
  return {
    aggregateType: 'Counter',
    aggregateId: counterId(actor),
    expectedVersion: 'any',
    events: [{ type: 'Added', schemaVersion: 1, data: payload, metadata }],
  }
}
