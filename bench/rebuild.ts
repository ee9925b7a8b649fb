/**
 * How fast is a view rebuilt, and does its memory stay flat?
 *
 * One log of 100-byte events, one worker, a view with a row per actor and one index, in LMDB: with few
 * rows that change all the time, and with many. The cases take turns in each round. Memory is that of the
 * whole process, sampled after each turn of a rebuild.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRuntime, type Runtime } from 'dramatis'
import { systemClock } from '../src/base/clock.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { payload } from './programs/program.js'
import { Totals } from './programs/totals.js'

const events = Number(process.env.BENCH_EVENTS ?? 1_000_000)
const rounds = 5
const cases = [
  { name: '1,000 rows', streams: 1_000 },
  { name: '100,000 rows', streams: 100_000 },
]
const mebibyte = 1024 * 1024

interface Sample {
  readonly eventsPerSecond: number
  /** Growth of the process from the first turn to the last, and its largest at any turn. MiB. */
  readonly growthMiB: number
  readonly peakMiB: number
}

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const runtimes: Runtime[] = []
try {
  for (const [at, { streams }] of cases.entries()) runtimes.push(await open(`${at}`, streams))
  const results: Sample[][] = cases.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < cases.length; at++) {
      const turn = (round + at) % cases.length
      results[turn]!.push(await measure(runtimes[turn]!))
    }
  }
  for (const line of report(results)) console.log(line)
} finally {
  for (const runtime of runtimes) await runtime.close()
  await rm(directory, { recursive: true, force: true })
}

/** A runtime on a log of its own, with the view caught up. */
async function open(name: string, streams: number): Promise<Runtime> {
  const dataDir = join(directory, name)
  const store = await openLmdbEventStore(dataDir, { clock: systemClock, durability: 'commit' })
  const metadata = { commandId: 'bench', correlationId: 'bench', causationId: 'bench' }
  const event = { type: 'Added', schemaVersion: 1, data: { ...payload }, metadata }
  for (let written = 0; written < events; written += 1_000) {
    const appends = Array.from({ length: 1_000 }, (_, at) => ({
      aggregateType: 'Counter',
      aggregateId: `counter-${(written + at) % streams}`,
      expectedVersion: 'any' as const,
      events: [event],
    }))
    store.stage(appends)
    await store.commit()
  }
  await store.close()
  const app = new URL('./programs/totals.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  await runtime.caughtUp(events, { view: Totals, timeoutMs: 600_000 })
  return runtime
}

async function measure(runtime: Runtime): Promise<Sample> {
  const sizes: number[] = []
  const { durationMs } = await runtime.rebuild(Totals, {
    onProgress: () => sizes.push(process.memoryUsage.rss() / mebibyte),
  })
  return {
    eventsPerSecond: (events / durationMs) * 1_000,
    growthMiB: sizes.at(-1)! - sizes[0]!,
    peakMiB: Math.max(...sizes),
  }
}

function report(results: readonly (readonly Sample[])[]): string[] {
  const rows = cases.map(({ name }, at) => {
    const samples = results[at]!
    const [median, lowest, highest] = spread(samples.map((each) => each.eventsPerSecond))
    const growth = spread(samples.map((each) => each.growthMiB))
    const peak = spread(samples.map((each) => each.peakMiB))
    return (
      `  ${name.padEnd(14)}${median.padStart(9)}  (${lowest} to ${highest})` +
      `  growth ${growth[0]} MiB (${growth[1]} to ${growth[2]}), peak ${peak[0]} MiB`
    )
  })
  const title = `${events.toLocaleString('en')} events rebuilt on one worker, ${rounds} rounds`
  return ['', `${title}: events per second (median, range), memory of the process`, ...rows]
}

/** Median, lowest, highest. */
function spread(values: readonly number[]): readonly [string, string, string] {
  const sorted = [...values].sort((a, b) => a - b)
  const [median, lowest, highest] = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map(
    (value) => Math.round(value).toLocaleString('en'),
  )
  return [median!, lowest!, highest!]
}
