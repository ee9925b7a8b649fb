/**
 * How fast is one actor that everybody sends to, beside a thousand that share the work?
 *
 * The same commands, the same number of them in flight: one mailbox, or a thousand.
 */

import { openCounters } from './programs/open-counters.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { takeTurns } from './suite/turns.js'

const inFlight = 1_000
const perRun = scaled(10_000, inFlight)
const rounds = { rounds: 5, limits: { minSamples: 5, minTime: 0.05, maxTime: 0.5 } }

await withScratch(async (scratch) => {
  const one = await openCounters(scratch.directory('one'), 1)
  const many = await openCounters(scratch.directory('many'), 1_000)
  const cases = [
    { name: 'one actor', perRun, run: () => one.sendMany(perRun, inFlight) },
    { name: '1,000 actors', perRun, run: () => many.sendMany(perRun, inFlight) },
  ]
  for (const each of cases) await each.run()
  const found = await takeTurns('hot actor', cases, rounds)
  tell({
    id: 'hot-actor',
    question: 'How fast is one actor that everybody sends to, beside 1,000 that share the work?',
    setting: 'durable commands, 1,000 in flight, one event of 100 bytes each; fsync per group',
    figures: [
      ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
      {
        name: 'of 1,000 actors',
        unit: 'ratio',
        values: ratios(found.get('one actor')!, found.get('1,000 actors')!),
      },
    ],
  })
  await one.close()
  await many.close()
})
