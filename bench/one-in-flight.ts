/**
 * How long does one command take by itself, beside one transaction of LMDB with its fsync?
 *
 * The next command is sent when the receipt of the last one is there. Bare writes a record and a head, with
 * the same options of LMDB: on LMDB's own writer thread, as the runtime does, which leaves the event loop
 * to others; and on the calling thread, which stands still meanwhile and saves two wake-ups of threads.
 */

import { createHistogram } from 'node:perf_hooks'
import { openBareLog } from './programs/bare-log.js'
import { openCounters } from './programs/open-counters.js'
import { actors } from './programs/program.js'
import type { Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Measured, measureInTurns } from './suite/turns.js'

const commandsPerRound = scaled(1_000, 50)
const rounds = 5

/** Microseconds. */
interface Latency {
  readonly p50: number
  readonly p99: number
}

await withScratch(async (scratch) => {
  const counters = await openCounters(scratch.directory('dramatis'), actors)
  const bare = openBareLog(scratch.directory('bare'), true)
  const blocking = openBareLog(scratch.directory('blocking'), true)
  await counters.sendMany(actors, actors)
  await bare.writeGroup()
  await blocking.writeGroup()

  const found = await measureInTurns(
    [
      oneByOne('Dramatis', () => counters.send()),
      oneByOne('bare', () => bare.writeGroup(1)),
      oneByOne('bare, blocking', async () => blocking.writeBlocking()),
    ],
    rounds,
  )
  for (const log of [bare, blocking]) {
    exactly('bare events', log.recorded(), actors + commandsPerRound * rounds)
  }
  const [own, ...others] = [...found].map(([name]) => name)
  tell({
    id: 'one-in-flight',
    question: 'How long does one command take by itself, beside one transaction with its fsync?',
    setting:
      '1 command in flight, 1,000 actors in turn, one event of 100 bytes each; fsync for each',
    figures: [
      ...[...found].flatMap(([name, values]) => [
        figure(`${name}, p50`, values, 'p50'),
        figure(`${name}, p99`, values, 'p99'),
      ]),
      ...others.flatMap((other) => [
        ratio(`p50 of ${other}`, found.get(own!)!, found.get(other)!, 'p50'),
        ratio(`p99 of ${other}`, found.get(own!)!, found.get(other)!, 'p99'),
      ]),
    ],
  })
  await counters.close()
  await bare.close()
  await blocking.close()
})

function oneByOne(name: string, write: () => Promise<unknown>): Measured<Latency> {
  const measure = async (): Promise<Latency> => {
    const histogram = createHistogram()
    for (let written = 0; written < commandsPerRound; written++) {
      const startedMs = performance.now()
      await write()
      histogram.record(Math.max(1, Math.round((performance.now() - startedMs) * 1e6)))
    }
    return { p50: histogram.percentile(50) / 1_000, p99: histogram.percentile(99) / 1_000 }
  }
  return { name, measure }
}

function figure(name: string, values: readonly Latency[], which: keyof Latency): Figure {
  return { name, unit: 'us', values: values.map((each) => each[which]) }
}

function ratio(
  name: string,
  own: readonly Latency[],
  other: readonly Latency[],
  which: keyof Latency,
): Figure {
  const of = (values: readonly Latency[]): readonly number[] => values.map((each) => each[which])
  return { name, unit: 'ratio', values: ratios(of(own), of(other)) }
}
