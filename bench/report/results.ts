/**
 * Results of a run as files: written by benchmarks into one folder, read back as one thing, and published
 * as one file beside the page.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from '../suite/answer.js'
import type { Machine } from './machine.js'
import { type Comparison, comparisonToPublish } from './peers.js'

/** A run of the whole suite. */
export interface Run {
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  /** Of all sizes; 1: as they were written. */
  readonly scale: number
  readonly machine: Machine
  /** Benchmarks that ended without an answer. */
  readonly failed: readonly string[]
}

/** All that the page is made of, apart from its texts. */
export interface Results {
  readonly run: Run
  readonly answers: readonly Answer[]
  /** With other libraries; `null`: there is none. */
  readonly comparison: Comparison | null
}

const runFile = 'run.json'

/** Removes what earlier runs found, so that nobody takes it for what this one found. */
export function clearAnswers(folder: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(folder, `${name}.json`), { force: true })
}

export function writeRun(folder: string, run: Run): void {
  mkdirSync(folder, { recursive: true })
  writeJson(join(folder, runFile), run)
}

/** @returns the answers of benchmarks of these names, those that are there. */
export function readAnswers(folder: string, names: readonly string[]): readonly Answer[] {
  return names.flatMap((name) => {
    const path = join(folder, `${name}.json`)
    return existsSync(path) ? [readJson<Answer>(path)] : []
  })
}

/** The comparison with other libraries to publish; `null`: there is none. */
export function readComparison(folder: string): Comparison | null {
  if (!existsSync(folder)) return null
  // Their names have the time in them.
  const files = readdirSync(folder)
    .filter((file) => /^peers-.*\.json$/.test(file))
    .sort()
  return comparisonToPublish(files.map((file) => readJson<Comparison>(join(folder, file))))
}

/** @throws Error - when no whole run was made there. */
export function readResults(folder: string, names: readonly string[]): Results {
  const path = join(folder, runFile)
  if (!existsSync(path)) {
    throw new Error(`expected results of a whole run in ${folder}, found no ${runFile}`)
  }
  return {
    run: readJson(path),
    answers: readAnswers(folder, names),
    comparison: readComparison(folder),
  }
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Figures keep as many digits as say anything. */
export function writeJson(path: string, value: unknown): void {
  const text = JSON.stringify(
    value,
    (_key, each) => (typeof each === 'number' ? Number(each.toPrecision(6)) : each),
    1,
  )
  writeFileSync(path, `${text}\n`)
}
