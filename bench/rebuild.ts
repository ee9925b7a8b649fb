/**
 * How fast is a view rebuilt, and does its memory stay flat?
 *
 * One log of 100-byte events, one worker, views in LMDB: with some rows and
 * with many; beside reading and decoding the same log and no more. They take turns in each round. Then a view
 * of ten million events, which is built because its version was raised: the rate and the memory of each fifth of
 * the log.
 */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openRuntime, type Runtime } from 'dramatis'
import { type ClosableLogReader, openLmdbLogReader } from '../src/store/lmdb/lmdb-log-reader.js'
import { fillStore } from './programs/fill-store.js'
import { largeStore } from './programs/large-store.js'
import { appBefore, RaisedTotals } from './programs/raised-totals.js'
import { ManyTotals, SomeTotals, someRows, type TotalsDefinition } from './programs/totals.js'
import type { Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { fifthsOf, type Sample } from './suite/fifths.js'
import { readProcessMemory } from './suite/process-memory.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { ratios, spreadOf } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { measureInTurns } from './suite/turns.js'

const events = scaled(200_000, 100_000)
const rounds = 3
const mebibyte = 1024 * 1024
const views = [
  { name: '10,000 rows', view: SomeTotals, rows: someRows },
  { name: '100,000 rows', view: ManyTotals, rows: 100_000 },
]

await withScratch(async (scratch) => {
  const inTurns = await measureViews(scratch)
  const large = await rebuildLarge(await largeStore(scratch))
  const { median } = spreadOf(inTurns.find(({ name }) => name === '10,000 rows')!.values)
  const rates = large.map(({ perSecond }) => perSecond)
  const held = large.map(({ ownBytesMax }) => ownBytesMax / mebibyte)
  tell({
    id: 'rebuild',
    question: 'How fast is a view rebuilt, and does its memory stay flat?',
    setting:
      `${events.toLocaleString('en')} events, one worker, exactly once, an index where there are ` +
      '100,000 rows; then ten million events and 10,000 rows, each value a fifth of the log; memory of the ' +
      'process without mapped pages of files, at its most; rows and cursor flushed together',
    figures: [
      ...inTurns,
      { name: 'ten million events', unit: 'per second', values: rates },
      {
        name: 'ten million events, of 10,000 rows',
        unit: 'ratio',
        values: rates.map((rate) => rate / median),
      },
      { name: 'ten million events, memory', unit: 'MiB', values: held },
      {
        name: 'ten million events, memory of the first fifth',
        unit: 'ratio',
        values: held.map((each) => each / held[0]!),
      },
    ],
  })
})

/** Views of one store, rebuilt in turns. */
async function measureViews(scratch: Scratch): Promise<readonly Figure[]> {
  const dataDir = scratch.directory('views')
  await fillStore(dataDir, { events, actors: events / 10 })
  const app = new URL('./programs/totals.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  for (const { view } of views) await runtime.caughtUp(events, { view, timeoutMs: 600_000 })
  const log = await openLmdbLogReader(dataDir)
  const found = await measureInTurns(
    [
      { name: 'reading', measure: () => readAll(log) },
      ...views.map(({ name, view, rows }) => ({
        name,
        measure: () => rebuild(runtime, view, rows),
      })),
    ],
    rounds,
  )
  log.close()
  await runtime.close()
  const reading = found.get('reading')!
  return [
    { name: 'reading and decoding', unit: 'per second', values: reading },
    ...views.flatMap(({ name }): readonly Figure[] => {
      const values = found.get(name)!
      return [
        { name, unit: 'per second', values },
        { name: `${name}, of reading`, unit: 'ratio', values: ratios(values, reading) },
      ]
    }),
  ]
}

/** @returns events per second. */
async function rebuild(runtime: Runtime, view: TotalsDefinition, rows: number): Promise<number> {
  const { durationMs } = await runtime.rebuild(view)
  await assertCounted(runtime, view, rows, events)
  return (events / durationMs) * 1_000
}

/** Every event is in a row, once. */
async function assertCounted(
  runtime: Runtime,
  view: TotalsDefinition,
  rows: number,
  expected: number,
): Promise<void> {
  let counted = 0
  for (let row = 0; row < rows; row++) {
    counted += (await runtime.view(view).get(`row-${row}`))?.events ?? 0
  }
  exactly('events in the rows', counted, expected)
}

/** @returns events per second. */
async function readAll(log: ClosableLogReader): Promise<number> {
  const startedMs = performance.now()
  for (let after = 0; after < events; ) {
    after = (await log.readBatch({ after, eventsMax: 2_048 })).scannedTo
  }
  return (events / (performance.now() - startedMs)) * 1_000
}

/** A view of the large store, built beside the one that serves; removed afterwards. */
async function rebuildLarge(dataDir: string): Promise<ReturnType<typeof fifthsOf>> {
  // The version before is begun: that is enough for the next one to be built in its place.
  await (await openRuntime({ app: appBefore, dataDir, workers: 'inline' })).close()
  const app = new URL('./programs/raised-totals.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  const startedMs = performance.now()
  const samples: Sample[] = []
  await runtime.rebuild(RaisedTotals, {
    onProgress: ({ position }) => {
      const { ownBytes } = readProcessMemory()
      samples.push({ done: position, elapsedMs: performance.now() - startedMs, ownBytes })
    },
  })
  await assertCounted(runtime, RaisedTotals, someRows, runtime.status().store.head)
  await runtime.close()
  rmSync(join(dataDir, 'views'), { recursive: true })
  return fifthsOf(samples)
}
