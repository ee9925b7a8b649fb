/**
 * `npm run soak -- --minutes N`: a runtime under load and faults for so long. Says every ten seconds how it
 * stands; at the end, what broke a law and what grew.
 */

import { parseArgs } from 'node:util'
import { SuiteScope } from '../support/scope.js'
import { drawLife } from './draw-life.js'
import { growthIn, type Sample, slopesOf } from './slopes.js'
import { type SoakCounts, soak } from './soak.js'

const usage = `npm run soak -- [options]

  --minutes N      how long, before everything is checked (default 10)
  --seed S         what is drawn from (default 1)
  --rate R         commands in a second, beside all else (default 300)
  --help           print this
`

const sampleEveryMs = 10_000
const secondsPerLife = 8
const choresPerLife = 12
const problemsShown = 50
const mebibyte = 1024 * 1024

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '300' },
    help: { type: 'boolean', default: false },
  },
})

function positive(name: 'minutes' | 'seed' | 'rate'): number {
  const value = Number(values[name])
  if (Number.isFinite(value) && value > 0) return value
  console.error(`expected --${name} to be a number above 0, found ${values[name]}\n\n${usage}`)
  process.exit(2)
}

function tell(sample: Sample, { lives, kills, tasksLost, backups, refusals }: SoakCounts): void {
  const inMebibytes = (bytes: number): string => `${(bytes / mebibyte).toFixed(1)} MiB`
  console.log(
    [
      `${Math.round(sample.atMs / 1_000)} s`,
      `heap ${inMebibytes(sample.heapBytes)}`,
      `own ${inMebibytes(sample.ownBytes)}`,
      `${sample.fileDescriptors} descriptors`,
      `${sample.readerSlots} reader slots`,
      `${sample.events} events`,
      `${(sample.fileBytes / Math.max(1, sample.events)).toFixed(0)} bytes each`,
      `lag ${sample.lag}`,
      `${lives} lives, ${kills} kills, ${tasksLost} tasks lost with their workers, ${backups} backups, ${refusals} refused`,
    ].join('; '),
  )
}

async function main(): Promise<void> {
  const endMs = performance.now() + positive('minutes') * 60_000
  const commandsPerSecond = positive('rate')
  const scope = new SuiteScope()
  try {
    const result = await soak(scope, {
      ...{ seed: positive('seed'), commandsPerSecond, sampleEveryMs },
      commandsPerLife: commandsPerSecond * secondsPerLife,
      nextLife: (random) => (performance.now() < endMs ? drawLife(random, choresPerLife) : null),
      onSample: tell,
    })
    const slopes = slopesOf(result.samples)
    for (const { watched, slope, limit } of slopes) {
      console.log(`${watched}: ${slope.toFixed(2)} (limit ${limit})`)
    }
    if (slopes.length === 0)
      console.log('too short to say what grows: that takes 8 minutes or more')
    const problems = [...result.problems.slice(0, problemsShown), ...growthIn(slopes)]
    for (const problem of problems) console.log(problem)
    console.log(`seed ${values.seed}: ${result.events} events; ${JSON.stringify(result.counts)}`)
    const success = slopes.length === 0 ? 'nothing broke' : 'nothing broke, nothing grew'
    console.log(problems.length === 0 ? success : 'it failed')
    process.exitCode = problems.length === 0 ? 0 : 1
  } finally {
    await scope.release()
  }
}

if (values.help) console.log(usage)
else await main()
