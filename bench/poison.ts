/**
 * Do keys that always fail slow the others down?
 *
 * The benchmark of handlers once more, with one key in a hundred that fails at every delivery, until its
 * attempts are used up and it is parked: from then on its events are queued behind it. Beside it, the same
 * handler behind a log without such keys.
 */

import type { Runtime } from 'dramatis'
import { type HandlerRun, runHandler, warmedUp } from './programs/handler-run.js'
import { poisoned, streamNameOf } from './programs/poisoned-handler.js'
import { recordSamples } from './programs/sample-log.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Measured, measureInTurns } from './suite/turns.js'

const streams = 1_000
/** Whole rounds of all streams: every key has as many events. */
const eventsPerKey = scaled(300, 10)
const measured = eventsPerKey * streams
const warmUpEvents = scaled(100, 4) * streams
const events = measured + warmUpEvents
const poisonKeys = Array.from({ length: streams }, (_each, stream) => stream)
  .filter((stream) => stream % 100 === 7)
  .map((stream) => `Counter-${streamNameOf(stream)}`)

await withScratch(async (scratch) => {
  const app = new URL('./programs/poisoned-handler.js', import.meta.url)
  const shared = { app, handler: poisoned, workers: 1, events, warmUpEvents }
  const poisonedDir = scratch.directory('poisoned')
  await recordSamples(poisonedDir, events, warmedUp(warmUpEvents, streams, streamNameOf))
  const soundDir = scratch.directory('sound')
  const sound = warmedUp(warmUpEvents, streams, (stream) => `counter-${stream}`)
  await recordSamples(soundDir, events, sound)
  const runs: Readonly<Record<string, HandlerRun>> = {
    'with poison': { ...shared, dataDir: poisonedDir, check: (each) => check(each, poisonKeys) },
    'without poison': { ...shared, dataDir: soundDir, check: (each) => check(each, []) },
  }
  const cases: readonly Measured<number>[] = Object.entries(runs).map(([name, run]) => ({
    name,
    measure: () => runHandler(run),
  }))
  const found = await measureInTurns(cases)
  tell({
    id: 'poison',
    question: 'How fast does a handler go on when one key in a hundred always fails?',
    setting:
      `${measured.toLocaleString('en')} events of ${streams.toLocaleString('en')} keys, one worker; ` +
      'two attempts, then parked, later events queued behind it; cursors, attempts and queues flushed',
    figures: [
      ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
      {
        name: 'of without poison',
        unit: 'ratio',
        values: ratios(found.get('with poison')!, found.get('without poison')!),
      },
    ],
  })
})

/** Exactly these keys are parked, with all of their events; everything else was handled once. */
async function check(runtime: Runtime, keys: readonly string[]): Promise<void> {
  const { entries } = await runtime.deadLetters.list({ handler: poisoned, limit: 10_000 })
  const parked = entries.map(({ key }) => key).sort()
  if (parked.join() !== [...keys].sort().join()) throw new Error(`parked: ${parked.join(', ')}`)
  const incomplete = entries.find(({ queued }) => queued !== eventsPerKey)
  if (incomplete !== undefined) {
    throw new Error(
      `${incomplete.key}: expected ${eventsPerKey} queued, found ${incomplete.queued}`,
    )
  }
  const wanted = events - keys.length * eventsPerKey
  const { handled, retried } = runtime.handler(poisoned).status()
  if (handled === wanted && retried === keys.length) return
  throw new Error(`expected ${wanted} handled, found ${handled}, and ${retried} retried`)
}
