/**
 * Damage: copies of a data directory with flipped bits, overwritten sectors, misplaced pages and missing
 * ends, each opened and read to the end in another process.
 *
 * `DRAMATIS_PROVE=full` damages 5,000 copies, `DRAMATIS_TEST_SEED` others.
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { count } from '../support/counts.js'
import type { Scope } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { ExaminingOptions } from './children/examining.js'
import type { PeoplingOptions } from './children/peopling.js'
import type { Outcome } from './examination.js'
import { scratchDirectory } from './scratch.js'
import { runScript } from './script-run.js'
import { damagesMax } from './sizes.js'

/** Copies that one process looks at. */
const piece = 100

interface Finding {
  readonly number: number
  readonly damage: string
  /** `died`: LMDB ended the process. */
  readonly outcome: Outcome | 'died'
  readonly detail: string
}

/** Looks at copies until one ends the process, or the piece is done. */
async function examinePiece(scope: Scope, options: ExaminingOptions): Promise<Finding[]> {
  const { lines, errors, code, signal } = await runScript(scope, './children/examining.js', options)
  const findings: Finding[] = []
  let tried: Pick<Finding, 'number' | 'damage'> | null = null
  for (const line of lines) {
    const trying = /^trying (\d+) (.*)$/.exec(line)
    const found = /^(\d+) (\S+) (.*)$/.exec(line)
    if (trying !== null) tried = { number: Number(trying[1]), damage: trying[2]! }
    else if (found !== null && tried !== null) {
      findings.push({ ...tried, outcome: found[2] as Outcome, detail: found[3]! })
      tried = null
    }
  }
  if (lines.at(-1) === 'done') return findings
  assert(tried !== null && signal !== null, `ended with ${code}, ${signal}: ${errors}`)
  return [...findings, { ...tried, outcome: 'died', detail: signal }]
}

async function examineAll(scope: Scope, sound: string, scratch: string): Promise<Finding[]> {
  const findings: Finding[] = []
  while (findings.length < damagesMax) {
    const from = findings.length
    const to = Math.min(from + piece, damagesMax)
    findings.push(...(await examinePiece(scope, { sound, scratch, seed, from, to })))
  }
  return findings
}

function countsOf(findings: readonly Finding[]): string {
  const counts: Record<string, number> = {}
  for (const { outcome } of findings) counts[outcome] = (counts[outcome] ?? 0) + 1
  return JSON.stringify(counts)
}

function told({ number, damage, outcome, detail }: Finding): string {
  return `${number} ${damage}: ${outcome} ${detail.slice(0, 300)}`
}

test(`what is damaged is refused, told with its place, or harmless (seed ${seed})`, async (t) => {
  const root = await scratchDirectory(t)
  const sound = join(root, 'sound')
  const options: PeoplingOptions = { dataDir: sound, people: 24, touches: 6 }
  const { lines } = await runScript(t, './children/peopling.js', options)
  assert.deepEqual(lines, ['done'])

  const findings = await examineAll(t, sound, join(root, 'copy'))

  count('corruptions', findings.length)
  t.diagnostic(`seed ${seed}: ${findings.length} damaged copies: ${countsOf(findings)}`)
  const found = (...outcomes: Finding['outcome'][]): Finding[] =>
    findings.filter(({ outcome }) => outcomes.includes(outcome))
  assert.deepEqual(found('untyped', 'died').map(told), [])
  assert.deepEqual(found('wrong', 'shortened').map(told), [])
  assert.ok(found('detected').length > 0 && found('refused').length > 0)
})
