/**
 * A process that scans a log in one way, and tells how many events it passed per second, as JSON.
 *
 * Arguments: `store` or `bare`, its directory, and which events are wanted: a type, or nothing for all. Of a
 * log by hand a type is only looked at, all are unpacked. A part of the log is scanned before, for the compiler.
 */

import { systemClock } from '../../src/base/clock.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { exactly } from '../suite/exactly.js'
import { rateOf } from '../suite/rate.js'
import { reopenBareSamples } from './bare-samples.js'
import { payload } from './program.js'
import { events, types, wantedAmong } from './scanned-log.js'

const batchEvents = 1_024
const [kind, dataDir, wanted = null] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('expected store or bare, a directory, maybe a type')

const scan = kind === 'store' ? await openStoreScan(dataDir) : openBareScan(dataDir)
await scan(events / 5)
console.log(JSON.stringify(await scan(events)))
process.exit()

/** Passes so many events. @returns how many of them per second. */
type Scan = (to: number) => Promise<number>

async function openStoreScan(path: string): Promise<Scan> {
  const store = await openLmdbEventStore(path, { clock: systemClock })
  const filter = wanted === null ? {} : { wantsType: (type: string) => type === wanted }
  return async (to) => {
    let seen = 0
    let cents = 0
    const rate = await rateOf(to, async () => {
      for (let after = 0; after < to; ) {
        const eventsMax = Math.min(batchEvents, to - after)
        const batch = await store.readBatch({ after, to, eventsMax, ...filter })
        for (const event of batch.events) cents += (event.data as typeof payload).amountCents
        seen += batch.events.length
        after = batch.scannedTo
      }
    })
    exactly('events wanted', seen, wantedAmong(to, wanted))
    exactly('cents', cents, seen * payload.amountCents)
    return rate
  }
}

function openBareScan(path: string): Scan {
  const log = reopenBareSamples(path)
  const passed = (to: number): number =>
    wanted === null ? unpack(log.records(), to) : look(log.types(), to, types.indexOf(wanted))
  return async (to) => {
    let seen = 0
    const rate = await rateOf(to, () => {
      seen = passed(to)
    })
    exactly('events wanted', seen, wantedAmong(to, wanted))
    return rate
  }
}

/** @returns how many records there were. */
function unpack(
  records: ReturnType<ReturnType<typeof reopenBareSamples>['records']>,
  to: number,
): number {
  let passed = 0
  let cents = 0
  for (const { value } of records) {
    passed++
    cents += value[7] as number
    if (passed === to) break
  }
  exactly('cents', cents, passed * payload.amountCents)
  return passed
}

/** @returns how many records of the type there were. */
function look(numbers: Iterable<{ readonly value: number }>, to: number, type: number): number {
  let passed = 0
  let seen = 0
  for (const { value } of numbers) {
    if (value === type) seen++
    if (++passed === to) break
  }
  return seen
}
