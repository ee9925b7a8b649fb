/**
 * `npm run simulate -- --seed N --runs M`: runs M seeds from N on, says how far it is, and keeps every plan
 * that fails in the corpus.
 */

import { parseArgs } from 'node:util'
import { systemClock } from '../../src/base/clock.js'
import { count } from '../support/counts.js'
import { addToCorpus } from './corpus.js'
import { describeFailure, runSeeds } from './run-seeds.js'

const usage = `npm run simulate -- [options]

  --seed N         the first seed (default 1)
  --runs M         how many seeds (default 20000)
  --failures N     stop after so many that fail (default 3)
  --no-corpus      do not add what fails to test/simulation/corpus.json
  --help           print this
`

const progressEveryMs = 5_000
const repeatEvery = 20
const shrinkRunsMax = 400

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20000' },
    failures: { type: 'string', default: '3' },
    'no-corpus': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** A whole number from 1, or the end of the program. */
function wholeNumber(name: 'seed' | 'runs' | 'failures'): number {
  const value = Number(values[name])
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 31) return value
  console.error(`expected --${name} to be a whole number, found ${values[name]}\n\n${usage}`)
  process.exit(2)
}

async function main(): Promise<void> {
  const firstSeed = wholeNumber('seed')
  const seeds = wholeNumber('runs')
  const startedMs = systemClock.elapsedMs()
  let toldMs = startedMs
  const perSecond = (done: number): string =>
    ((done / Math.max(1, systemClock.elapsedMs() - startedMs)) * 1_000).toFixed(1)
  const result = await runSeeds({
    ...{ firstSeed, seeds, repeatEvery, shrinkRunsMax, failuresMax: wholeNumber('failures') },
    onSeed: (seed) => {
      if (systemClock.elapsedMs() - toldMs < progressEveryMs) return
      toldMs = systemClock.elapsedMs()
      const done = seed - firstSeed + 1
      console.log(`${done} of ${seeds} seeds, ${perSecond(done)} seeds/s`)
    },
  })
  count('simulation seeds', result.seeds, firstSeed)
  for (const failure of result.failures) {
    console.log(describeFailure(failure))
    if (values['no-corpus']) continue
    const problem = failure.result.problems[0] ?? failure.problems[0]!
    const isNew = addToCorpus({ problem, plan: failure.plan })
    console.log(isNew ? 'added to test/simulation/corpus.json' : 'known to the corpus')
  }
  const { lives, crashes, failures, commands, events, deliveries } = result.counts
  console.log(
    `${result.seeds} seeds from ${firstSeed}, ${result.repeated} of them twice: ` +
      `${result.failures.length} failed; ${lives} lives, ${crashes} crashes, ` +
      `${failures} failed writes, ${commands} commands, ` +
      `${events} events, ${deliveries} deliveries; ${perSecond(result.seeds)} seeds/s`,
  )
  process.exitCode = result.failures.length === 0 ? 0 : 1
}

if (values.help) console.log(usage)
else await main()
