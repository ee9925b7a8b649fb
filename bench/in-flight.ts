/**
 * How many durable commands per second, by how many are in flight?
 *
 * Alone, a command waits for a fsync of its own; a thousand share one. Bare writes groups of that size, one
 * after the other, each a transaction of records and heads with its fsync.
 */

import { openBareLog } from './programs/bare-log.js'
import { openCounters } from './programs/open-counters.js'
import { actors } from './programs/program.js'
import type { Chart } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { ratios, spreadOf } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Case, takeTurns } from './suite/turns.js'

const sizes = [1, 4, 16, 64, 256, 1_024, 4_096]
/** Runs long enough that their beginning and end, when fewer are in flight, count for little. */
const groupsPerRun = 10
const runLeast = 200
const rounds = { rounds: 5, limits: { minSamples: 3, minTime: 0.02, maxTime: 0.1 } }

await withScratch(async (scratch) => {
  const counters = await openCounters(scratch.directory('dramatis'), actors)
  const bare = openBareLog(scratch.directory('bare'), true)
  let bareWritten = 0
  const writeGroups = async (size: number, groups: number): Promise<void> => {
    for (let group = 0; group < groups; group++) await bare.writeGroup(size)
    bareWritten += size * groups
  }
  const cases = sizes.flatMap((size): Case[] => {
    const groups = Math.ceil(Math.max(scaled(runLeast), size * scaled(groupsPerRun)) / size)
    const perRun = size * groups
    return [
      { name: ownName(size), perRun, run: () => counters.sendMany(perRun, size) },
      { name: bareName(size), perRun, run: () => writeGroups(size, groups) },
    ]
  })
  for (const each of cases) await each.run()
  const found = await takeTurns('in flight', cases, rounds)
  exactly('bare events', bare.recorded(), bareWritten)
  tell({
    id: 'in-flight',
    question: 'How many durable commands per second, by how many are in flight?',
    setting:
      '1,000 actors, one event of 100 bytes each; fsync per group; bare: groups of that size, records and heads',
    figures: sizes.flatMap((size) => [
      { name: ownName(size), unit: 'per second', values: found.get(ownName(size))! },
      { name: bareName(size), unit: 'per second', values: found.get(bareName(size))! },
      {
        name: `of ${bareName(size)}`,
        unit: 'ratio',
        values: ratios(found.get(ownName(size))!, found.get(bareName(size))!),
      },
    ]),
    charts: [chartOf(found)],
  })
  await counters.close()
  await bare.close()
})

function ownName(size: number): string {
  return `Dramatis, ${size.toLocaleString('en')}`
}

function bareName(size: number): string {
  return `bare, ${size.toLocaleString('en')}`
}

function chartOf(found: ReadonlyMap<string, readonly number[]>): Chart {
  const line = (name: string, nameOf: (size: number) => string) => ({
    name,
    points: sizes.map((size) => ({ x: size, y: spreadOf(found.get(nameOf(size))!).median })),
  })
  return {
    id: 'throughput-by-in-flight',
    title: 'Durable commands per second',
    x: { title: 'commands in flight', scale: 'log' },
    y: { title: 'commands per second', scale: 'log' },
    lines: [line('Dramatis', ownName), line('bare LMDB', bareName)],
  }
}
