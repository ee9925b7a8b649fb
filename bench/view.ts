/**
 * How fast does a view catch up, beside a loop by hand that keeps the same rows?
 *
 * A rebuild on one worker thread, in LMDB, exactly once: it is what catching up from the first event is,
 * without the start of a thread. Its rows are touched at random. The loop by hand runs on one thread, too.
 */

import { openRuntime, type Runtime } from 'dramatis'
import { createSeededRandom } from '../src/base/random.js'
import { type BareSamples, openBareSamples } from './programs/bare-samples.js'
import { openBareTallies } from './programs/bare-tallies.js'
import { payload } from './programs/program.js'
import { recordSamples, type Sample } from './programs/sample-log.js'
import { Tallies, type Tally } from './programs/tallies.js'
import { rateOf } from './suite/rate.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Measured, measureInTurns } from './suite/turns.js'

const events = scaled(300_000, 10_000)
const rows = scaled(10_000, 1_000)
const random = createSeededRandom(1)
/** The number of the row that each event changes. */
const touched = Uint16Array.from({ length: events }, () => random.next() * rows)
/** Views that were built by hand. */
let built = 0

await withScratch(async (scratch) => {
  const dataDir = scratch.directory('dramatis')
  await recordSamples(dataDir, events, sampleOf)
  const log = await openBareSamples(scratch.directory('bare'), events, sampleOf, ['Added'])
  const app = new URL('./programs/tallies.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  // Also warms the worker.
  await runtime.caughtUp(events, { view: Tallies, timeoutMs: 600_000 })
  const cases: readonly Measured<number>[] = [
    { name: 'Dramatis', measure: () => rebuild(runtime) },
    { name: 'bare', measure: () => applyBare(scratch, log) },
  ]
  const found = await measureInTurns(cases)
  tell({
    id: 'view',
    question: 'How fast does a view catch up, exactly once?',
    setting:
      `${events.toLocaleString('en')} events, ${rows.toLocaleString('en')} rows touched at random, one ` +
      'worker; rows and cursor in one transaction, flushed; bare: get, change, put, a flush per 1,000 events',
    figures: [
      ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
      {
        name: 'of bare',
        unit: 'ratio',
        values: ratios(found.get('Dramatis')!, found.get('bare')!),
      },
    ],
  })
  await runtime.close()
  await log.close()
})

function sampleOf(at: number): Sample {
  return { type: 'Added', aggregateId: `counter-${touched[at]}` }
}

/** @returns events per second. */
async function rebuild(runtime: Runtime): Promise<number> {
  const rate = await rateOf(events, () => runtime.rebuild(Tallies))
  const view = runtime.view(Tallies)
  await assertRows((id) => view.get(id), await view.count())
  return rate
}

/** @returns events per second. */
async function applyBare(scratch: Scratch, log: BareSamples): Promise<number> {
  const tallies = openBareTallies(scratch.directory(`bare-tallies-${built++}`))
  const rate = await rateOf(events, () => tallies.apply(log))
  await assertRows((id) => tallies.get(id), tallies.count())
  await tallies.close()
  return rate
}

/** Every event is in its row, once. */
async function assertRows(
  get: (id: string) => Tally | undefined | Promise<Tally | undefined>,
  count: number,
): Promise<void> {
  const wanted = new Uint32Array(rows)
  for (const row of touched) wanted[row]!++
  for (let row = 0; row < rows; row++) {
    const { events: found, cents } = (await get(`counter-${row}`)) ?? { events: 0, cents: 0 }
    if (found === wanted[row] && cents === found * payload.amountCents) continue
    throw new Error(`row ${row}: expected ${wanted[row]} events, found ${found} of ${cents} cents`)
  }
  const expected = wanted.filter((each) => each > 0).length
  if (count !== expected) throw new Error(`expected ${expected} rows, found ${count}`)
}
