/**
 * Runs the benchmarks one after the other, each in a process of its own, and says what they found.
 *
 * Every file directly in this folder is a benchmark, this one excepted. Arguments narrow the run:
 * `npm run bench -- latency` runs those whose name has it. `--publish` makes docs/benchmarks.md of a whole run;
 * `--publish --without-running` of the results that are there; `--page` makes it again of what is published.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findingsOf } from './report/findings.js'
import { describeMachine } from './report/machine.js'
import { drawCharts, publish, publishedPaths, publishPage } from './report/publish.js'
import {
  clearAnswers,
  type Run,
  readAnswers,
  readComparison,
  readResults,
  writeRun,
} from './report/results.js'
import { linesOfTargets } from './report/target-lines.js'
import { targets } from './report/targets.js'
import { judge, mismatches } from './report/verdict.js'
import type { Answer } from './suite/answer.js'
import { orderOf } from './suite/order.js'
import { runBenchmark } from './suite/run-benchmark.js'
import { scaled } from './suite/scale.js'
import { resultsFolder } from './suite/tell.js'

/** How many of those that took longest are named. */
const namedMax = 8
const folder = fileURLToPath(new URL('.', import.meta.url))
const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url))
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    publish: { type: 'boolean', default: false },
    'without-running': { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
})
const all = orderOf(
  readdirSync(folder)
    .filter((file) => file.endsWith('.js') && file !== 'run.js')
    .map((file) => file.slice(0, -'.js'.length)),
)
const names = all.filter(
  (name) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
)

if (names.length === 0) {
  refuse(`no benchmark in ${folder} has ${wanted.join(' or ')} in its name`)
}
if (values.publish && wanted.length > 0) {
  refuse('expected --publish with a whole run, found names: the page has the figures of one run')
}
if (values['without-running'] && !values.publish) {
  refuse('expected --without-running beside --publish, found it alone: there is nothing to do')
}
if (values.page) publishPage(repositoryRoot)
else {
  const isWell = values['without-running'] || (await runAll())
  if (values.publish) publishResults()
  if (!isWell) process.exitCode = 1
}
if (values.page || values.publish)
  console.log(`\nPublished: ${publishedPaths(repositoryRoot).page}`)

function publishResults(): void {
  try {
    publish(repositoryRoot, readResults(resultsFolder, all))
  } catch (error) {
    refuse((error as Error).message)
  }
}

function refuse(why: string): never {
  console.error(why)
  process.exit(1)
}

/** @returns whether every benchmark answered, with the figures that targets ask for. */
async function runAll(): Promise<boolean> {
  const startedAt = new Date()
  const machine = describeMachine(repositoryRoot)
  clearAnswers(resultsFolder, names)
  const { failures, durations } = await runEach()
  const durationMs = Date.now() - startedAt.getTime()
  const run: Run = {
    startedAt: startedAt.toISOString(),
    durationMs,
    // What a million of anything is reduced to tells the factor.
    scale: scaled(1_000_000) / 1_000_000,
    machine,
    failed: [...failures.keys()],
  }
  if (wanted.length === 0) writeRun(resultsFolder, run)
  const isMatching = tellTargets()
  console.log(`\n${names.length} benchmarks in ${minutes(durationMs)}`)
  const longest = [...durations].sort(([, a], [, b]) => b - a).slice(0, namedMax)
  console.log(`The longest: ${longest.map((each) => `${each[0]} ${minutes(each[1])}`).join(', ')}`)
  for (const [name, why] of failures) console.log(`${name} has no answer: ${why}`)
  if (run.scale !== 1) console.log(`At a scale of ${run.scale}: the figures are worth nothing.`)
  if (machine.isSyncFree) console.log(`${tmpdir()} is in memory: nothing here is durable.`)
  // Sizes are part of the names of some figures.
  return (isMatching || run.scale !== 1) && failures.size === 0
}

/** Goes on when one fails. @returns why, and how long each took in milliseconds, by their names. */
async function runEach(): Promise<{
  readonly failures: ReadonlyMap<string, string>
  readonly durations: ReadonlyMap<string, number>
}> {
  const failures = new Map<string, string>()
  const durations = new Map<string, number>()
  const startedMs = performance.now()
  const interrupted = new AbortController()
  // The one that runs is interrupted too; what was made for all has to be removed.
  process.once('SIGINT', () => interrupted.abort())
  // Those that need ten million events share one store, which the first of them fills.
  const largeStore = mkdtempSync(join(tmpdir(), 'dramatis-bench-large-'))
  try {
    for (const [at, name] of names.entries()) {
      if (interrupted.signal.aborted) {
        failures.set(name, 'the run was interrupted')
        continue
      }
      const beganMs = performance.now()
      const elapsed = minutes(beganMs - startedMs)
      console.log(`\n=== ${name}, ${at + 1} of ${names.length}, after ${elapsed}`)
      const failure = await runBenchmark(join(folder, `${name}.js`), {
        BENCH_LARGE_STORE: largeStore,
      })
      durations.set(name, performance.now() - beganMs)
      if (failure === null) continue
      failures.set(name, failure)
      // What it found before it failed may be wrong, too.
      clearAnswers(resultsFolder, [name])
    }
  } finally {
    rmSync(largeStore, { recursive: true, force: true })
  }
  return { failures, durations }
}

/** @returns whether the answers have the figures that targets ask for. */
function tellTargets(): boolean {
  const answers = readAnswers(resultsFolder, names)
  const findings = findingsOf({ answers, comparison: readComparison(resultsFolder) })
  const judged = judge(targets, findings).filter(
    ({ figure }) => figure !== null || wanted.length === 0,
  )
  if (judged.length > 0) console.log('\nTargets')
  for (const line of linesOfTargets(judged)) console.log(line)
  const wrong = [...mismatches(targets, findings), ...chartErrors(answers)]
  for (const line of wrong) console.log(line)
  return wrong.length === 0
}

/** Draws what can be drawn. @returns why not. */
function chartErrors(answers: readonly Answer[]): readonly string[] {
  mkdirSync(resultsFolder, { recursive: true })
  return answers.flatMap((answer) => {
    try {
      drawCharts(resultsFolder, [answer])
      return []
    } catch (error) {
      return `${answer.id} has a chart that cannot be drawn: ${(error as Error).message}`
    }
  })
}

function minutes(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
