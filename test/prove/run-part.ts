/**
 * Runs the program of a part, keeps what it says in a file, and tells what it counts and what fails.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeMachine } from '../../bench/report/machine.js'
import type { Part, PartContext } from './parts.js'
import { publishedPaths } from './publish.js'
import { findingsOf, type PartResult } from './results.js'

const testRoot = fileURLToPath(new URL('..', import.meta.url))
/** Counts, diagnostics and progress: what somebody who waits wants to see. */
const telling =
  /^\s*(?:#|ℹ) (?!Subtest|tests |suites |pass |cancelled |skipped |todo |duration)|^\s*(?:not ok|✖)|^\d+ of \d+/

/** @param folder - Where its output and its counts are kept: `PART.log`, `PART.counts`. */
export async function runPart(
  part: Part,
  context: PartContext,
  folder: string,
  repositoryRoot: string,
): Promise<PartResult> {
  mkdirSync(folder, { recursive: true })
  const counts = join(folder, `${part.name}.counts`)
  rmSync(counts, { force: true })
  const startedAt = new Date()
  const machine = describeMachine(repositoryRoot, Object.values(publishedPaths))
  const { code, output } = await runProgram(part, context, counts)
  writeFileSync(join(folder, `${part.name}.log`), output)
  const findings = findingsOf({
    ...{ code, output },
    counts: existsSync(counts) ? readFileSync(counts, 'utf8') : '',
  })
  const durationMs = Date.now() - startedAt.getTime()
  return { part: part.name, ...findings, startedAt: startedAt.toISOString(), durationMs, machine }
}

function runProgram(
  part: Part,
  context: PartContext,
  counts: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const [script, ...words] = part.command(context)
  const child = spawn(process.execPath, [join(testRoot, script!), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DRAMATIS_PROVE: context.share === 1 ? 'full' : `${context.share}`,
      DRAMATIS_TEST_SEED: `${context.seed}`,
      DRAMATIS_COUNTS: counts,
    },
  })
  let output = ''
  let partial = ''
  const hear = (text: string): void => {
    output += text
    const lines = (partial + text).split('\n')
    partial = lines.pop()!
    for (const line of lines) if (telling.test(line)) console.log(`${part.name}: ${line.trim()}`)
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
