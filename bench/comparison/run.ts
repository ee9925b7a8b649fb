/**
 * How many commands per second, beside what others make of the same work?
 *
 * `npm run bench:peers` compares everybody; names narrow it: `npm run bench:peers -- nact better`. Dramatis and
 * the bare log always run, since all ratios are to them. `--quick` only shows that everything runs; `--rounds N`;
 * `--data DIR` is where the stores are made, the system's temporary directory by default; `--out DIR` is where the
 * results are written as JSON, `bench/results` by default.
 */

import { mkdirSync, statfsSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Answer } from './answer.js'
import { baselineId, type Contestant, ceilingId, contestants } from './contestants.js'
import { preparePeers } from './install.js'
import { orderOf, type Plan, quickPlan, wholePlan } from './plan.js'
import { type Row, summarize, tableOf } from './summary.js'
import { takeTurn } from './take-turn.js'

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))
const peersFolder = join(repositoryRoot, 'bench', 'peers')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    data: { type: 'string', default: tmpdir() },
    out: { type: 'string', default: join(repositoryRoot, 'bench', 'results') },
  },
})
const plan = planOf(values.quick, values.rounds)
const dataDir = resolve(values.data)
const unknown = positionals.filter((part) => !contestants.some(({ id }) => id.includes(part)))
if (unknown.length > 0) {
  console.error(`nothing that is compared has ${unknown.join(' or ')} in its name`)
  process.exit(1)
}
const compared = contestants.filter(
  ({ id }) =>
    id === baselineId ||
    id === ceilingId ||
    positionals.length === 0 ||
    positionals.some((part) => id.includes(part)),
)

preparePeers(repositoryRoot)
mkdirSync(dataDir, { recursive: true })
const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processors: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  dataDir,
  isSyncFree: isInMemory(dataDir),
}
const startedAt = new Date().toISOString()
const rows = summarize(await runRounds(), baselineId, ceilingId)
for (const line of report(rows)) console.log(line)
console.log(`\nWritten to ${writeResults(rows)}`)

function planOf(isQuick: boolean, rounds: string | undefined): Plan {
  const base = isQuick ? quickPlan : wholePlan
  if (rounds === undefined) return base
  const count = Number(rounds)
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`expected --rounds to be a whole number from 1, found ${rounds}`)
  }
  return { ...base, rounds: count }
}

/** Those of `bench/peers` are compiled there, where their packages are found. */
function moduleOf({ id, isPeer }: Contestant): URL {
  return isPeer
    ? pathToFileURL(join(peersFolder, 'dist', 'peers', `${id}.js`))
    : new URL(`./${id}.js`, import.meta.url)
}

async function runRounds(): Promise<{ id: string; answers: readonly Answer[] }[]> {
  const answers = new Map<Contestant, Answer[]>(compared.map((each) => [each, []]))
  for (let round = 0; round < plan.rounds; round++) {
    for (const contestant of orderOf(round, compared)) {
      const own = answers.get(contestant)!
      // It has no figure already, and would only take time.
      if (own.some((answer) => 'reason' in answer)) continue
      const answer = await takeTurn({
        module: moduleOf(contestant),
        plan,
        dataDir,
        workingDirectory: peersFolder,
      })
      own.push(answer)
      console.log(
        `round ${round + 1} of ${plan.rounds}  ${contestant.id.padEnd(22)}${told(answer)}`,
      )
    }
  }
  return compared.map((each) => ({ id: each.id, answers: answers.get(each)! }))
}

function told(answer: Answer): string {
  if ('reason' in answer) return answer.reason
  const { commands, durationMs } = answer.measured
  const perSecond = Math.round((commands / durationMs) * 1_000)
  return `${perSecond.toLocaleString('en').padStart(9)} commands/s`
}

function report(all: readonly Row[]): readonly string[] {
  const { node, platform, processors, isSyncFree } = machine
  return [
    '',
    'Commands per second, each checked, one event of about 100 bytes each, 1,000 accounts',
    `${plan.rounds} rounds in turns: median, range; ratios within a round, median. At once: commands on their way.`,
    `Node ${node}, ${platform}, ${processors}, stores below ${dataDir}`,
    ...(isSyncFree
      ? ['THAT IS IN MEMORY: fsync costs nothing there. Name a disk with --data.']
      : []),
    ...(values.quick
      ? ['Quick: this shows that everything runs. The figures are worth nothing.']
      : []),
    '',
    ...tableOf(all),
  ]
}

/** Whether the directory is on tmpfs or ramfs, by the numbers in Linux's `statfs(2)`. */
function isInMemory(directory: string): boolean {
  return (
    process.platform === 'linux' && [0x01021994, 0x858458f6].includes(statfsSync(directory).type)
  )
}

/** @returns the file's path. */
function writeResults(all: readonly Row[]): string {
  mkdirSync(values.out, { recursive: true })
  const file = join(resolve(values.out), `peers-${startedAt.replaceAll(':', '-')}.json`)
  writeFileSync(file, `${JSON.stringify({ startedAt, machine, plan, rows: all }, null, 2)}\n`)
  return file
}
