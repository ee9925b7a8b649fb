/**
 * How fast is the whole log read, with decoding, and how fast where almost nothing is wanted?
 *
 * A million events of ten types in LMDB, through the store, 1,024 events at a time as subscriptions read;
 * beside a loop by hand over one record per key. Of two types there is one event in a hundred: one of them
 * evenly mixed with the others, the other in bursts of a thousand. The loop by hand that unpacks nothing
 * only looks at where the type of a record is written.
 */

import { systemClock } from '../src/base/clock.js'
import type { EventStore } from '../src/store/contracts.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { type BareSamples, openBareSamples } from './programs/bare-samples.js'
import { payload } from './programs/program.js'
import { recordSamples, type Sample } from './programs/sample-log.js'
import { type LongCase, rateOf, takeLongTurns } from './suite/long-turns.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'

const events = scaled(1_000_000, 10_000)
const streams = 1_000
const batchEvents = 1_024
const sparse = 'Sparse'
const bursting = 'Bursting'
const common = Array.from({ length: 8 }, (_each, at) => `Common${at}`)
/** One event in a hundred. */
const burst = { every: events / 10, length: events / 1_000, from: events / 20 }

await withScratch(async (scratch) => {
  const dataDir = scratch.directory('dramatis')
  await recordSamples(dataDir, events, sampleOf)
  const types = [...common, sparse, bursting]
  const bare = await openBareSamples(scratch.directory('bare'), events, sampleOf, types)
  const store = await openLmdbEventStore(dataDir, { clock: systemClock })
  const cases: readonly LongCase<number>[] = [
    { name: 'Dramatis, decoded', run: () => scan(store, null) },
    { name: 'bare, decoded', run: () => readDecoded(bare) },
    { name: 'Dramatis, 1 in 100 wanted', run: () => scan(store, sparse) },
    { name: 'Dramatis, bursts wanted', run: () => scan(store, bursting) },
    { name: 'bare, not decoded', run: () => readTypes(bare, types.indexOf(sparse)) },
  ]
  // Once, for the compiler.
  for (const { run } of cases) await run()
  tellOf(await takeLongTurns(cases))
  await store.close()
  await bare.close()
})

function sampleOf(at: number): Sample {
  const aggregateId = `counter-${at % streams}`
  const inBurst = at % burst.every >= burst.from && at % burst.every < burst.from + burst.length
  if (inBurst) return { type: bursting, aggregateId }
  if (at % 100 === 37) return { type: sparse, aggregateId }
  return { type: common[at % common.length]!, aggregateId }
}

function expected(wanted: string | null): number {
  if (wanted === null) return events
  let count = 0
  for (let at = 0; at < events; at++) if (sampleOf(at).type === wanted) count++
  return count
}

/** @returns events passed per second. */
async function scan(store: EventStore, wanted: string | null): Promise<number> {
  const filter = wanted === null ? {} : { wantsType: (type: string) => type === wanted }
  let seen = 0
  let cents = 0
  const rate = await rateOf(events, async () => {
    for (let after = 0; after < events; ) {
      const batch = await store.readBatch({ after, eventsMax: batchEvents, ...filter })
      for (const event of batch.events) cents += (event.data as typeof payload).amountCents
      seen += batch.events.length
      after = batch.scannedTo
    }
  })
  assertRead(seen, expected(wanted))
  assertRead(cents, seen * payload.amountCents)
  return rate
}

async function readDecoded(bare: BareSamples): Promise<number> {
  let seen = 0
  let cents = 0
  const rate = await rateOf(events, () => {
    for (const { value } of bare.records()) {
      seen++
      cents += value[7] as number
    }
  })
  assertRead(seen, events)
  assertRead(cents, seen * payload.amountCents)
  return rate
}

async function readTypes(bare: BareSamples, wanted: number): Promise<number> {
  let seen = 0
  const rate = await rateOf(events, () => {
    for (const { value } of bare.types()) if (value === wanted) seen++
  })
  assertRead(seen, expected(sparse))
  return rate
}

function assertRead(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`expected ${wanted}, found ${found}`)
}

function tellOf(found: ReadonlyMap<string, readonly number[]>): void {
  const of = (name: string) => found.get(name)!
  const ratio = (name: string, own: string, other: string) => ({
    name,
    unit: 'ratio' as const,
    values: ratios(of(own), of(other)),
  })
  tell({
    id: 'log-scan',
    question: 'How fast is the log read, with decoding, and where 99 % of it is not wanted?',
    setting:
      `${events.toLocaleString('en')} events of 100 bytes, ten types, in the page cache; checksums ` +
      'looked at; bare: one record per key, a range of LMDB, msgpackr; reading is no matter of durability',
    figures: [
      ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
      ratio('of bare, decoded', 'Dramatis, decoded', 'bare, decoded'),
      ratio('of bare, not decoded', 'Dramatis, 1 in 100 wanted', 'bare, not decoded'),
      ratio('of bare, not decoded, bursts', 'Dramatis, bursts wanted', 'bare, not decoded'),
    ],
  })
}
