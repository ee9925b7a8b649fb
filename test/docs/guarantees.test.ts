/**
 * The promises in docs/guarantees.md: each names a test that would catch us breaking it. Whether the links lead
 * somewhere is asked for all pages, in `links.test.ts`.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { repositoryRoot } from '../architecture/source-files.js'

const page = readFileSync(join(repositoryRoot, 'docs', 'guarantees.md'), 'utf8')

/** Paragraphs that begin in bold, unless they say that they are none. */
function promisesIn(text: string): readonly string[] {
  return text
    .split('\n\n')
    .filter((each) => each.startsWith('**') && !each.startsWith('**Not promised'))
}

test('every promise names a test', () => {
  const promises = promisesIn(page)

  assert.ok(promises.length > 40)
  assert.deepEqual(
    promises.filter((each) => !/\]\(\.\.\/test\/\S+\.test\.ts\)/.test(each)),
    [],
  )
})

test('what is not promised is said of every part, and the page leads to what was tried', () => {
  const parts = ['commands', 'timers', 'views', 'handlers', 'sagas', 'process']
  const [, unpromised = ''] = page.split('\n## What is not promised\n')

  assert.deepEqual(
    parts.filter((part) => !new RegExp(`\\[[^\\]]*${part}\\]\\(#`).test(unpromised)),
    [],
  )
  assert.ok(page.includes('](reliability.md)'))
})
