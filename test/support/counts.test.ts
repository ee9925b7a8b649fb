/** Counts of harnesses, and their sizes, as another process has them. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { onEnd } from './scope.js'

/** @returns what a program says on stdout, or on stderr where it fails. */
function say(program: string, env: Readonly<Record<string, string>>): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', env: { ...process.env, ...env } },
  )
  return status === 0 ? stdout.trim() : stderr
}

function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'dramatis-counts-'))
  onEnd(t, () => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'counts')
}

const counting = `
  const { count } = await import(${JSON.stringify(new URL('./counts.js', import.meta.url).href)})
  count('corruptions', 3)
  count('simulation seeds', 20, 7000)`

describe('what is counted', () => {
  test('is appended to the file that the environment names, with its seed', (t) => {
    const path = temporaryFile(t)

    say(counting, { DRAMATIS_COUNTS: path, DRAMATIS_TEST_SEED: '5' })

    assert.equal(
      readFileSync(path, 'utf8'),
      '{"name":"corruptions","count":3,"seed":5}\n{"name":"simulation seeds","count":20,"seed":7000}\n',
    )
  })

  test('is written nowhere when nobody asks', (t) => {
    const path = temporaryFile(t)

    assert.equal(say(counting, { DRAMATIS_COUNTS: '' }), '')

    assert.equal(existsSync(path), false)
  })
})

describe('a size', () => {
  const sizing = `
    const { sized } = await import(${JSON.stringify(new URL('./size.js', import.meta.url).href)})
    console.log(sized(60, 2_001))`

  for (const [what, env, expected] of [
    ['is that of every day', {}, '60'],
    ['is a multiple of it', { DRAMATIS_TEST_SIZE: '2' }, '120'],
    ['is the full one', { DRAMATIS_PROVE: 'full', DRAMATIS_TEST_SIZE: '2' }, '2001'],
    ['is a share of the full one', { DRAMATIS_PROVE: '0.1' }, '201'],
  ] as const) {
    test(`${what} with ${JSON.stringify(env)}`, () => {
      assert.equal(say(sizing, { DRAMATIS_PROVE: '', DRAMATIS_TEST_SIZE: '1', ...env }), expected)
    })
  }

  test('that cannot be is refused', () => {
    assert.match(say(sizing, { DRAMATIS_PROVE: 'all' }), /expected DRAMATIS_PROVE to be full/)
  })
})
