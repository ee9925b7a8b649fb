/**
 * What does it take to find a time in the log, without a table of times?
 *
 * A log of a million events in LMDB, recorded a millisecond apart. The search is `positionAt`; the scan looks
 * at the headers from the beginning to the middle, as one would have to otherwise. `EVENTS` says how many.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import benny from 'benny'
import { ManualClock } from '../src/base/manual-clock.js'
import type { EventStore } from '../src/store/contracts.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { payload } from './programs/program.js'

const events = Number(process.env.EVENTS ?? 1_000_000)
const streams = 1_000
const lookups = 1_000
const rounds = 5
/** benny's own limits for one case of one round. */
const limits = { minSamples: 5, maxTime: 0.5 }
const startMs = Date.UTC(2026, 0, 1)

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const clock = new ManualClock(startMs)
const store = await openLmdbEventStore(directory, { clock, durability: 'commit' })
try {
  await fill(store)
  const searches: number[] = []
  for (let round = 0; round < rounds; round++) searches.push(await runRound(round))
  const scans: number[] = []
  for (let round = 0; round < rounds; round++) scans.push(await timeScan())
  console.log(
    `\nMicroseconds to find a time among ${events.toLocaleString('en')} events, ${rounds} rounds`,
  )
  console.log(`  a search in the log   ${spread(searches, 1)}`)
  console.log(`  a scan of the log     ${spread(scans, 0)}`)
} finally {
  await store.close()
  await rm(directory, { recursive: true, force: true })
}

async function fill(into: EventStore): Promise<void> {
  const metadata = { commandId: 'bench', correlationId: 'bench', causationId: 'bench' }
  const event = { type: 'Added', schemaVersion: 1, data: { ...payload }, metadata }
  for (let written = 0; written < events; written += streams) {
    for (let at = 0; at < streams; at++) {
      clock.advance(1)
      const aggregateId = `counter-${at}`
      const expectedVersion = 'any' as const
      into.stage([{ aggregateType: 'Counter', aggregateId, expectedVersion, events: [event] }])
    }
    await into.commit()
  }
}

/** Times spread over the whole log, in an order that jumps about. */
function timeOf(lookup: number): number {
  return startMs + 1 + ((lookup * 7_919) % lookups) * (events / lookups)
}

async function searchAll(): Promise<void> {
  for (let lookup = 0; lookup < lookups; lookup++) {
    const timeMs = timeOf(lookup)
    const position = await store.positionAt(timeMs)
    if (position !== timeMs - startMs) throw new Error(`expected ${timeMs}, found ${position}`)
  }
}

/** @returns microseconds per look-up. */
async function runRound(round: number): Promise<number> {
  const summary = await benny.suite(
    `times, round ${round + 1} of ${rounds}`,
    benny.configure({ cases: limits }),
    benny.add('a search', searchAll),
    benny.add('nothing', async () => {}),
  )
  return (summary.results[0]!.details.median * 1e6) / lookups
}

/** Headers alone, to a time in the middle. @returns microseconds. */
async function timeScan(): Promise<number> {
  const to = events / 2
  const startedMs = performance.now()
  for (let after = 0; after < to; ) {
    const wantsType = (): boolean => false
    const batch = await store.readBatch({ after, to, eventsMax: 100_000, wantsType })
    after = batch.scannedTo
  }
  return (performance.now() - startedMs) * 1_000
}

function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  const shown = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map((value) =>
    value.toLocaleString('en', { maximumFractionDigits: digits }),
  )
  return `${shown[0]!.padStart(12)}  (${shown[1]} to ${shown[2]})`
}
