/**
 * Plans that once failed. They are run by every test run, and only ever become more.
 *
 * Whole plans, not seeds: what a seed draws may change, what once went wrong may not be forgotten.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SimulationPlan } from './plan.js'

export interface CorpusEntry {
  /** What was wrong, in the words of the law that found it. */
  readonly problem: string
  readonly plan: SimulationPlan
}

/** The source's own file: the built tests read it, and the script adds to it. */
const file = fileURLToPath(new URL('../../../test/simulation/corpus.json', import.meta.url))

export function readCorpus(): readonly CorpusEntry[] {
  return JSON.parse(readFileSync(file, 'utf8')) as CorpusEntry[]
}

/** Adds a plan, unless it is there. @returns whether it was added. */
export function addToCorpus(entry: CorpusEntry): boolean {
  const corpus = readCorpus()
  const text = JSON.stringify(entry.plan)
  if (corpus.some(({ plan }) => JSON.stringify(plan) === text)) return false
  writeFileSync(file, formatCorpus([...corpus, entry]))
  return true
}

/** One entry to a line, so that what is added stands alone in a change. */
export function formatCorpus(entries: readonly CorpusEntry[]): string {
  return `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`
}
