/**
 * Publishes results: one file of figures, the page that is made of it, and the charts.
 *
 * The page is made of published results only, so it can be made again when its texts change.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from '../suite/answer.js'
import { drawChart } from './chart.js'
import { findingsOf } from './findings.js'
import { pageOf, type Texts } from './page.js'
import { remarks } from './remarks.js'
import { type Results, readJson, writeJson } from './results.js'
import { targets } from './targets.js'
import { mismatches } from './verdict.js'

/** Where the page and what belongs to it lie. */
export interface PublishedPaths {
  readonly page: string
  /** Of the results and the charts. */
  readonly folder: string
  readonly results: string
}

export function publishedPaths(repositoryRoot: string): PublishedPaths {
  const folder = join(repositoryRoot, 'docs', 'benchmarks')
  return {
    page: join(repositoryRoot, 'docs', 'benchmarks.md'),
    folder,
    results: join(folder, 'results.json'),
  }
}

/** @throws Error - when targets ask for figures that answers have under other names. Nothing is written. */
export function publish(repositoryRoot: string, results: Results): void {
  // Sizes are part of some names.
  const wrong = results.run.scale === 1 ? mismatches(targets, findingsOf(results)) : []
  if (wrong.length > 0) throw new Error(`not published:\n${wrong.join('\n')}`)
  const { folder, results: path } = publishedPaths(repositoryRoot)
  mkdirSync(folder, { recursive: true })
  writeJson(path, results)
  publishPage(repositoryRoot)
}

/** Makes the page and the charts of the results that are published. */
export function publishPage(repositoryRoot: string): void {
  const { page, folder } = publishedPaths(repositoryRoot)
  const results = readPublished(repositoryRoot)
  for (const file of readdirSync(folder)) if (file.endsWith('.svg')) rmSync(join(folder, file))
  drawCharts(folder, results.answers)
  writeFileSync(page, publishedPage(repositoryRoot, results))
}

/** The page as it has to be. */
export function publishedPage(repositoryRoot: string, results: Results): string {
  return pageOf({ results, targets, remarks, texts: readTexts(repositoryRoot) })
}

export function readPublished(repositoryRoot: string): Results {
  return readJson(publishedPaths(repositoryRoot).results)
}

/** @throws RangeError - when one cannot be drawn. None is written then. */
export function drawCharts(folder: string, answers: readonly Answer[]): void {
  const drawn = answers
    .flatMap(({ charts }) => charts ?? [])
    .map((chart) => [chart.id, drawChart(chart)] as const)
  for (const [id, svg] of drawn) writeFileSync(join(folder, `${id}.svg`), svg)
}

function readTexts(repositoryRoot: string): Texts {
  const read = (name: string): string =>
    readFileSync(join(repositoryRoot, 'bench', 'report', 'text', `${name}.md`), 'utf8')
  return {
    howToRead: read('how-to-read'),
    method: read('method'),
    deadEnds: read('dead-ends'),
    reproduce: read('reproduce'),
  }
}
