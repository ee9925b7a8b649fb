/**
 * The links of the documentation: each leads to a file, and to a heading where it names one.
 */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { repositoryRoot } from '../architecture/source-files.js'

const pages = [
  join(repositoryRoot, 'README.md'),
  ...readdirSync(join(repositoryRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join(repositoryRoot, 'docs', path)),
]

/** A page's text without its code, where brackets mean something else. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8')
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => (code.includes(']') ? '' : code))
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** What is wrong with a link of a page; `null`: nothing. */
function wrongLink(page: string, link: string): string | null {
  if (/^https:\/\//.test(link)) return null
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  const name = `${relative(repositoryRoot, page)}: ${link}`
  if (!existsSync(target)) return name
  if (anchor === undefined || statSync(target).isDirectory()) return null
  return anchorsOf(target).includes(anchor) ? null : name
}

test('every link of the documentation leads somewhere', () => {
  const wrong = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(
      ([, link]) => wrongLink(page, link!) ?? [],
    ),
  )

  assert.deepEqual(wrong, [])
})
