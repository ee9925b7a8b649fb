/**
 * How fast is a view rebuilt, and does its memory stay flat?
 *
 * One log of 100-byte events, one worker, a view with a row per actor and one index, in LMDB: with few
 * rows that change all the time, and with many; beside reading and decoding the same log and no more. The
 * cases take turns in each round; the ratio of each round counts. Memory is that of the whole process,
 * sampled after each turn of a rebuild.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRuntime, type Runtime } from 'dramatis'
import { systemClock } from '../src/base/clock.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { type ClosableLogReader, openLmdbLogReader } from '../src/store/lmdb/lmdb-log-reader.js'
import { payload } from './programs/program.js'
import { Totals } from './programs/totals.js'

const events = Number(process.env.BENCH_EVENTS ?? 1_000_000)
const rounds = 5
const cases = [
  { name: '1,000 rows', streams: 1_000 },
  { name: '100,000 rows', streams: 100_000 },
]
const mebibyte = 1024 * 1024

interface Subject {
  readonly runtime: Runtime
  readonly log: ClosableLogReader
}

interface Sample {
  readonly eventsPerSecond: number
  /** Of reading the log alone, in the same round. */
  readonly ratio: number
  /** Growth of the process from the first turn to the last, and its largest at any turn. MiB. */
  readonly growthMiB: number
  readonly peakMiB: number
}

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const subjects: Subject[] = []
try {
  for (const [at, { streams }] of cases.entries()) subjects.push(await open(`${at}`, streams))
  const results: Sample[][] = cases.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < cases.length; at++) {
      const turn = (round + at) % cases.length
      results[turn]!.push(await measure(subjects[turn]!))
    }
  }
  for (const line of report(results)) console.log(line)
} finally {
  for (const { runtime, log } of subjects) {
    log.close()
    await runtime.close()
  }
  await rm(directory, { recursive: true, force: true })
}

/** A runtime on a log of its own, with the view caught up. */
async function open(name: string, streams: number): Promise<Subject> {
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
  return { runtime, log: openLmdbLogReader(dataDir) }
}

async function measure({ runtime, log }: Subject): Promise<Sample> {
  const readMs = await readAll(log)
  const sizes: number[] = []
  const { durationMs } = await runtime.rebuild(Totals, {
    onProgress: () => sizes.push(process.memoryUsage.rss() / mebibyte),
  })
  return {
    eventsPerSecond: (events / durationMs) * 1_000,
    ratio: readMs / durationMs,
    growthMiB: sizes.at(-1)! - sizes[0]!,
    peakMiB: Math.max(...sizes),
  }
}

/** @returns milliseconds. */
async function readAll(log: ClosableLogReader): Promise<number> {
  const startedMs = systemClock.elapsedMs()
  for (let after = 0; after < events; ) {
    after = (await log.readBatch({ after, eventsMax: 2_048 })).scannedTo
  }
  return systemClock.elapsedMs() - startedMs
}

function report(results: readonly (readonly Sample[])[]): string[] {
  const rows = cases.map(({ name }, at) => {
    const samples = results[at]!
    const [median, lowest, highest] = spread(samples.map((each) => each.eventsPerSecond))
    const ratios = samples.map((each) => each.ratio).sort((a, b) => a - b)
    const growth = spread(samples.map((each) => each.growthMiB))
    const peak = spread(samples.map((each) => each.peakMiB))
    return (
      `  ${name.padEnd(14)}${median.padStart(9)}  (${lowest} to ${highest})  ${ratios[ratios.length >> 1]!.toFixed(2)} of read alone` +
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
