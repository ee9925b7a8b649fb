/**
 * What a proof found, part by part. Each part has its own commit, machine and time: parts run apart.
 *
 * Pure.
 */

import type { Machine } from '../../bench/report/machine.js'
import type { CountName } from '../support/counts.js'
import type { Part } from './parts.js'

/** What a harness has appended to the file of counts. */
interface CountLine {
  readonly name: CountName
  readonly count: number
  /** Not there where nothing was drawn. */
  readonly seed?: number
}

/** All that was counted of one kind of fault. */
export interface Counted {
  readonly name: CountName
  readonly count: number
  /** Ascending, each once. */
  readonly seeds: readonly number[]
}

export interface PartResult {
  readonly part: string
  readonly counts: readonly Counted[]
  /** Tests that failed, or 1 for a program that did. */
  readonly violations: number
  /** Their names. */
  readonly failures: readonly string[]
  /** What the harnesses said of what they counted: outcomes, what was harmless, what nobody noticed. */
  readonly said: readonly string[]
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  readonly machine: Machine
}

/** In the order of the parts. */
export type Results = readonly PartResult[]

/** Of a line that a harness said, so much is kept. */
const saidCharactersMax = 300

/** How a part's program ended. */
export interface PartRun {
  readonly code: number | null
  readonly output: string
  /** The file of counts. */
  readonly counts: string
}

/** What to keep of a run; where and when it was is added by whoever ran it. */
export function findingsOf({
  code,
  output,
  counts,
}: PartRun): Pick<PartResult, 'counts' | 'violations' | 'failures' | 'said'> {
  const failures = code === 0 ? [] : failuresIn(output)
  const violations = code === 0 ? 0 : Math.max(1, failuresCounted(output))
  return { counts: sumCounts(counts), violations, failures, said: saidIn(output) }
}

/** What was found now, and of other parts what was found before. */
export function mergeResults(parts: readonly Part[], before: Results, now: Results): Results {
  return parts.flatMap(({ name }) => {
    const isOf = ({ part }: PartResult): boolean => part === name
    return now.find(isOf) ?? before.find(isOf) ?? []
  })
}

/** What falls short of its full size: a harness was skipped, or ended early. */
export function shortOf(
  result: PartResult,
  part: Part,
  wanted: (name: CountName) => number,
): readonly string[] {
  return part.counts.flatMap((name) => {
    const counted = result.counts.find((each) => each.name === name)?.count ?? 0
    return counted >= wanted(name) ? [] : [`${name}: ${counted} of ${wanted(name)}`]
  })
}

function sumCounts(lines: string): readonly Counted[] {
  const sums = new Map<CountName, { count: number; seeds: Set<number> }>()
  for (const line of lines.split('\n')) {
    if (line === '') continue
    const { name, count, seed } = JSON.parse(line) as CountLine
    const sum = sums.get(name) ?? { count: 0, seeds: new Set() }
    sum.count += count
    if (seed !== undefined) sum.seeds.add(seed)
    sums.set(name, sum)
  }
  return [...sums].map(([name, { count, seeds }]) => {
    return { name, count, seeds: [...seeds].sort((one, other) => one - other) }
  })
}

/** Reporters of Node differ in their marks. */
function failuresCounted(output: string): number {
  const found = /^(?:#|ℹ) fail (\d+)$/m.exec(output)
  return found === null ? 0 : Number(found[1])
}

function failuresIn(output: string): readonly string[] {
  const found = [...output.matchAll(/^\s*(?:not ok \d+ -|✖) (.+)$/gm)].map(([, name]) => name!)
  return [...new Set(found)]
}

/** Diagnostics of tests that begin with a figure or a seed, and the last line of programs that count. */
function saidIn(output: string): readonly string[] {
  const found = output.matchAll(/^(?:\s*(?:#|ℹ) (?=seed|\d|\{)|(?=\d+ (?:seeds|inputs) ))(.+)$/gm)
  return [...found].map(([, line]) => shortened(line!))
}

function shortened(line: string): string {
  return line.length <= saidCharactersMax ? line : `${line.slice(0, saidCharactersMax)}…`
}
