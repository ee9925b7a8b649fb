/**
 * What was found as files: docs/reliability/results.json, and the page that is made of it.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { kinds } from './kinds.js'
import { pageOf } from './page.js'
import { parts } from './parts.js'
import type { Results } from './results.js'

/** Relative to the repository. */
export const publishedPaths = {
  results: 'docs/reliability/results.json',
  page: 'docs/reliability.md',
} as const

/** @returns none where nothing was published yet. */
export function readPublished(repositoryRoot: string): Results {
  const path = join(repositoryRoot, publishedPaths.results)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : []
}

export function publish(repositoryRoot: string, results: Results): void {
  const path = join(repositoryRoot, publishedPaths.results)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`)
  publishPage(repositoryRoot)
}

/** Makes the page of the results that are published. */
export function publishPage(repositoryRoot: string): void {
  const page = publishedPage(repositoryRoot, readPublished(repositoryRoot))
  writeFileSync(join(repositoryRoot, publishedPaths.page), page)
}

/** The page as it has to be. */
export function publishedPage(repositoryRoot: string, results: Results): string {
  const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')
  const texts = {
    howToRead: read('test/prove/text/how-to-read.md'),
    notMeant: read('test/prove/text/not-meant.md'),
    reproduce: read('test/prove/text/reproduce.md'),
    changelog: read('docs/CHANGELOG.md'),
  }
  return pageOf({ results, kinds, parts, texts })
}
