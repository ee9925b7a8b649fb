/**
 * Errors from below: writes and flushes that fail, once, for a while or for ever, in the log or beside it.
 *
 * `DRAMATIS_PROVE=full` tries 500 faults, `DRAMATIS_TEST_SEED` others.
 */

import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { acknowledgementsIn } from '../crash/commands.js'
import { count } from '../support/counts.js'
import type { Scope } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { SufferingOptions } from './children/suffering.js'
import { auditCounters, countOn } from './counter-audit.js'
import { scratchDirectory } from './scratch.js'
import { runScript, type ScriptRun } from './script-run.js'
import { faultsMax } from './sizes.js'
import { cannotTrace, type Fault, failingCommand } from './tracing.js'

const workload = { rounds: 8, actors: 3, failuresMax: 16 }
/** Processes at a time. */
const atOnce = 2

/** What may be told to a caller whose command was not acknowledged. */
const expectedFailures: ReadonlySet<string> = new Set([
  'DRAMATIS_COMMIT_UNKNOWN',
  'DRAMATIS_STORE_STOPPED',
  'DRAMATIS_STORE_UNAVAILABLE',
])

type Outcome = 'unharmed' | 'resumed' | 'stays' | 'refused' | 'died'

const writes = ['pwrite64', 'writev', 'pwritev']
const flushes = ['fdatasync', 'fsync']

function oneOf<Each>(random: Random, list: readonly Each[]): Each {
  return list[Math.floor(random.next() * list.length)]!
}

function planFault(random: Random, dataDir: string): Fault {
  const file = oneOf(random, ['log', 'log', 'log', 'log', 'work', 'views/Totals@1'])
  const nth = 1 + Math.floor(random.next() * 7)
  return {
    path: join(dataDir, file, 'data.mdb'),
    calls: oneOf(random, [writes, flushes]),
    error: oneOf(random, ['EIO', 'ENOSPC']),
    when: oneOf(random, [`${nth}`, `${nth}..${nth + 2}`, `${nth}+`]),
  }
}

function outcomeOf({ lines, signal }: ScriptRun): Outcome {
  if (signal !== null) return 'died'
  const line = lines.find((each) => /^(refused|unharmed|resumed|stays)/.test(each))
  return line!.split(' ')[0] as Outcome
}

/** What must not happen, whatever the disk does. */
function problemsOf({ lines, errors, code, signal }: ScriptRun, { calls, when }: Fault): string[] {
  const problems: string[] = []
  const isBinding = signal === 'SIGABRT' || signal === 'SIGSEGV'
  // LMDB's binding overruns the text that it makes of a write that failed: docs/guarantees.md.
  if (signal !== null && !(isBinding && calls === writes)) problems.push(`died of ${signal}`)
  if (signal === null && code !== 0) problems.push(`ended with ${code}: ${errors}`)
  for (const line of lines) {
    const [kind, what = ''] = line.split(' ')
    if (kind === 'unhandled') problems.push(line)
    if (kind === 'failed' && !expectedFailures.has(what)) problems.push(line)
    if (kind === 'refused' && !what.startsWith('DRAMATIS_')) problems.push(line)
    if (kind === 'stays' && !when.endsWith('+'))
      problems.push(`${line} although the fault was over`)
  }
  let promised = 0
  for (const line of lines) {
    if (line.startsWith('ack')) promised = Math.max(promised, Number(line.split(' ')[4]))
    if (line.startsWith('read') && Number(line.split(' ')[1]) < promised) problems.push(line)
  }
  return problems
}

/** One process under a fault; then its directory is audited, taken into service, and audited again. */
async function suffer(
  scope: Scope,
  template: ScriptRun & { readonly dataDir: string },
  random: Random,
): Promise<{ readonly outcome: Outcome; readonly problems: readonly string[] }> {
  const dataDir = join(await scratchDirectory(scope), 'data')
  await cp(template.dataDir, dataDir, { recursive: true })
  const fault = planFault(random, dataDir)
  const options: SufferingOptions = { ...workload, dataDir, life: 2 }
  const run = await runScript(scope, './children/suffering.js', options, failingCommand(fault))
  const problems = problemsOf(run, fault)
  try {
    const promised = acknowledgementsIn([...template.lines, ...run.lines])
    await auditCounters(dataDir, promised, true)
    await auditCounters(dataDir, [...promised, ...(await countOn(dataDir))], true)
  } catch (error) {
    problems.push((error as Error).message)
  }
  const told = `${fault.path.slice(dataDir.length)} ${fault.calls} ${fault.error} ${fault.when}`
  return { outcome: outcomeOf(run), problems: problems.map((each) => `${told}: ${each}`) }
}

test(`whatever write or flush fails, callers are told, reads go on, and nothing acknowledged is lost (seed ${seed})`, {
  skip: cannotTrace,
}, async (t) => {
  const random = createSeededRandom(seed)
  const dataDir = join(await scratchDirectory(t), 'data')
  const run = await runScript(t, './children/suffering.js', { ...workload, dataDir, life: 1 })
  assert.deepEqual([run.code, run.lines.at(-1)], [0, 'closed'])
  const outcomes: Record<string, number> = {}
  const problems: string[] = []

  let left = faultsMax
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const found = await suffer(t, { ...run, dataDir }, random)
      outcomes[found.outcome] = (outcomes[found.outcome] ?? 0) + 1
      problems.push(...found.problems)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))

  count('injected I/O errors', faultsMax)
  t.diagnostic(`seed ${seed}: ${faultsMax} faults: ${JSON.stringify(outcomes)}`)
  assert.deepEqual(problems, [])
  assert.ok((outcomes.resumed ?? 0) > 0)
})
