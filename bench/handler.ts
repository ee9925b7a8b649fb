/**
 * What does it take to deliver an event, once, in order per key, and to keep the place?
 *
 * A handler that does nothing, behind a full log of a thousand streams, on one worker thread and on two;
 * beside a loop by hand that reads and unpacks the same events and calls a function.
 */

import type { Runtime } from 'dramatis'
import { type BareSamples, openBareSamples } from './programs/bare-samples.js'
import { runHandler, warmedUp } from './programs/handler-run.js'
import { idle } from './programs/idle-handler.js'
import { payload } from './programs/program.js'
import { recordSamples } from './programs/sample-log.js'
import { rateOf } from './suite/rate.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Measured, measureInTurns } from './suite/turns.js'

const measured = scaled(300_000, 10_000)
const warmUpEvents = scaled(100_000, 4_000)
const events = measured + warmUpEvents
const streams = 1_000

await withScratch(async (scratch) => {
  const dataDir = scratch.directory('dramatis')
  const sampleOf = warmedUp(warmUpEvents, streams, (stream) => `counter-${stream}`)
  await recordSamples(dataDir, events, sampleOf)
  const log = await openBareSamples(scratch.directory('bare'), events, sampleOf, ['Added'])
  const app = new URL('./programs/idle-handler.js', import.meta.url)
  const run = { dataDir, app, handler: idle, events, warmUpEvents, check }
  const cases: readonly Measured<number>[] = [
    { name: 'Dramatis', measure: () => runHandler({ ...run, workers: 1 }) },
    { name: 'Dramatis, two workers', measure: () => runHandler({ ...run, workers: 2 }) },
    { name: 'bare read and decode', measure: () => readBare(log) },
  ]
  await readBare(log)
  const found = await measureInTurns(cases)
  const bare = found.get('bare read and decode')!
  const ratio = (name: string, own: string) => ({
    name,
    unit: 'ratio' as const,
    values: ratios(found.get(own)!, bare),
  })
  tell({
    id: 'handler',
    question: 'How fast does a handler that does nothing go through the log?',
    setting:
      `${measured.toLocaleString('en')} events of ${streams.toLocaleString('en')} keys in 16 partitions; ` +
      'at least once, in order per key; cursors flushed, one batch ahead; bare: read, unpack, call',
    figures: [
      ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
      ratio('of bare read and decode', 'Dramatis'),
      ratio('of bare read and decode, two workers', 'Dramatis, two workers'),
    ],
  })
  await log.close()
})

/** Every event was delivered once. */
async function check(runtime: Runtime): Promise<void> {
  const { handled, retried, position } = runtime.handler(idle).status()
  if (handled === events && retried === 0 && position === events) return
  throw new Error(`expected ${events} handled, found ${handled}, at ${position}`)
}

/** @returns events per second, of as many as are measured beside it. */
async function readBare(log: BareSamples): Promise<number> {
  let handled = 0
  let cents = 0
  const handle = (amountCents: number): void => {
    handled++
    cents += amountCents
  }
  const rate = await rateOf(measured, () => {
    for (const { value } of log.records(warmUpEvents)) handle(value[7] as number)
  })
  if (handled === measured && cents === measured * payload.amountCents) return rate
  throw new Error(`expected ${measured} read, found ${handled}`)
}
