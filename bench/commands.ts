/**
 * How many durable commands per second, beside what the disk and LMDB allow at all?
 *
 * A thousand actors, a thousand commands in flight, one event of about 100 bytes each, fsync per
 * group. The two programs take turns in the same run, so that a busy machine slows both; the ratio
 * of each round counts, not the figures alone.
 */

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import benny from 'benny'
import { openBareLog } from './programs/bare-log.js'
import { openDramatisCounters } from './programs/dramatis-counters.js'
import { batchCommands, type Program } from './programs/program.js'

const rounds = 5
/** benny's own limits for one case of one round. */
const limits = { minSamples: 3, maxTime: 0.7 }

type Round = readonly number[]

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
try {
  const programs = [
    await openDramatisCounters(await subdirectory('dramatis')),
    openBareLog(await subdirectory('records-and-heads'), true),
    openBareLog(await subdirectory('records-only'), false),
  ]
  for (const program of programs) await program.writeBatch()
  const results: Round[] = []
  for (let round = 0; round < rounds; round++) results.push(await runRound(round, programs))
  for (const line of report(results, programs)) console.log(line)
  for (const program of programs) await program.close()
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function subdirectory(name: string): Promise<string> {
  const path = join(directory, name)
  await mkdir(path)
  return path
}

/** One turn each; who goes first changes. @returns commands per second, alongside the programs. */
async function runRound(round: number, programs: readonly Program[]): Promise<Round> {
  const first = round % programs.length
  const order = [...programs.slice(first), ...programs.slice(0, first)]
  const summary = await benny.suite(
    `durable commands, round ${round + 1} of ${rounds}`,
    benny.configure({ cases: limits }),
    ...order.map((program) => benny.add(program.name, withoutProbe(program))),
  )
  return programs.map(
    ({ name }) => batchCommands / summary.results.find((each) => each.name === name)!.details.mean,
  )
}

/** benny calls a case once, without waiting, to see whether it is asynchronous: that call is empty. */
function withoutProbe(program: Program): () => () => Promise<void> {
  let probed = false
  return () => async () => {
    if (probed) await program.writeBatch()
    probed = true
  }
}

function report(results: readonly Round[], programs: readonly Program[]): string[] {
  const rows = programs.map(({ name }, at) => row(name, spread(results.map((round) => round[at]!))))
  const ratios = programs.slice(1).map(({ name }, at) => {
    const ratio = results.map((round) => round[0]! / round[at + 1]!)
    return row(`ratio to ${name}`, spread(ratio, 2))
  })
  return [
    '',
    `Durable commands per second, fsync per group, ${rounds} rounds (median, lowest to highest)`,
    ...rows,
    ...ratios,
    row('events recorded', programs.map((each) => each.recorded().toLocaleString('en')).join(', ')),
  ]
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(34)}${value}`
}

function spread(values: readonly number[], digits = 0): string {
  const sorted = [...values].sort((a, b) => a - b)
  const [median, lowest, highest] = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map(
    (value) => value.toLocaleString('en', { maximumFractionDigits: digits }),
  )
  return `${median!.padStart(9)}  (${lowest} to ${highest})`
}
