/**
 * `docs/errors.md` and the sources name the same errors: every code, under the class that has it.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { failpointVariable } from '../src/base/failpoint.js'
import { blankSource } from './architecture/blank-source.js'
import { repositoryRoot, sourceFiles } from './architecture/source-files.js'

interface ErrorClass {
  readonly code: string
  readonly name: string
}

const declared = sourceFiles('src').flatMap(({ text }) => errorClassesOf(text))
const sections = readFileSync(join(repositoryRoot, 'docs/errors.md'), 'utf8')
  .split(/^### /m)
  .slice(1)
const documented = sections.map(documentedClass)

/** Each class with a literal code, in the order of the source. */
function errorClassesOf(text: string): readonly ErrorClass[] {
  const { uncommented } = blankSource(text)
  const pattern = /^export (?:abstract )?class (?<name>\w+)|^ {2}readonly code = '(?<code>\w+)'/gm
  let name = ''
  return [...uncommented.matchAll(pattern)].flatMap(({ groups }) => {
    name = groups!.name ?? name
    return groups!.code === undefined ? [] : [{ code: groups!.code, name }]
  })
}

/** A section is headed by the code; its first paragraph begins with the name of the class. */
function documentedClass(section: string): ErrorClass {
  const [, code = '', name = ''] = /^(\w+)\n\n`(\w+)`/.exec(section) ?? []
  return { code, name }
}

function sorted(classes: readonly ErrorClass[]): readonly string[] {
  return classes.map(({ code, name }) => `${code} ${name}`).sort()
}

describe('every error code', () => {
  test('is documented under its class, and no other is', () => {
    assert.deepEqual(sorted(documented), sorted(declared))
  })

  test('belongs to one class', () => {
    const codes = declared.map(({ code }) => code)

    assert.deepEqual(codes, [...new Set(codes)])
  })

  test('begins with DRAMATIS_ and is written in capitals', () => {
    for (const { code } of declared) assert.match(code, /^DRAMATIS(?:_[A-Z]+)+$/)
  })

  test('says when it happens, what was written and what to do', () => {
    for (const section of sections) {
      assert.match(section, /^- \*\*When\*\*: [\s\S]+^- \*\*Written\*\*: [\s\S]+^- \*\*Do\*\*: /m)
    }
  })

  test('is nowhere used without a class that declares it', () => {
    const known = new Set([...declared.map(({ code }) => code), failpointVariable])
    const used = sourceFiles('src').flatMap(({ path, text }) =>
      [...text.matchAll(/DRAMATIS_[A-Z_]*[A-Z]/g)].map(([code]) => ({ path, code })),
    )

    assert.deepEqual(
      used.filter(({ code }) => !known.has(code)),
      [],
    )
  })
})
