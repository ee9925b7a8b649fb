/**
 * What counts as not run, and which of it has a comment that says why.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { unrunBranches } from './unrun-branches.js'
import { RunCode } from './unrun-code.js'

const text = 'function a() { b() }\nif (c) { d() }\n'
const whole = { startOffset: 0, endOffset: text.length, count: 1 }

function range(
  code: string,
  count: number,
): { startOffset: number; endOffset: number; count: number } {
  const startOffset = text.indexOf(code)
  return { startOffset, endOffset: startOffset + code.length, count }
}

/** The code that none of these processes has run; each is a list of ranges. */
function unrunIn(processes: readonly (readonly (typeof whole)[])[]): readonly string[] {
  const run = new RunCode(text)
  for (const ranges of processes) run.add({ functions: [{ ranges }] })
  return run.unrun().map((each) => each.text)
}

describe('code that was run', () => {
  test('is what a range counts, unless a range within it counts nothing', () => {
    assert.deepEqual(unrunIn([[range('{ d() }', 0), whole]]), ['{ d() }'])
  })

  test('is what any process has run', () => {
    const first = [whole, range('{ d() }', 0), range('function a() { b() }', 0)]
    const second = [whole, range('function a() { b() }', 0)]

    assert.deepEqual(unrunIn([first, second]), ['function a() { b() }'])
  })

  test('is nothing of a file that no process has loaded', () => {
    assert.deepEqual(unrunIn([]), [text.trim()])
  })

  test('is not missed where only comments and closing brackets are left', () => {
    const run = new RunCode('a() // here\n /* and\n there */ }\nexport {}\n')
    run.add({ functions: [{ ranges: [{ startOffset: 0, endOffset: 3, count: 1 }] }] })

    assert.deepEqual(run.unrun(), [])
  })
})

describe('a branch that was not run', () => {
  const built = 'first()\na ?? b\n'
  const unrun = [{ offset: built.indexOf('?? b'), text: '?? b' }]

  /** Where the built file has its second line. */
  function branchIn(source: string, line: number): ReturnType<typeof unrunBranches>[number] {
    return unrunBranches(unrun, built, source, (place) => {
      assert.deepEqual(
        place,
        { line: 1, column: 5 },
        'the place of what stands behind the operator',
      )
      return line
    })[0]!
  }

  test('is told by its line in the source', () => {
    assert.deepEqual(branchIn('first()\n\na ?? b\n', 2), {
      line: 3,
      text: '?? b',
      isExcused: false,
    })
  })

  test('is excused by a comment above it, on its line, or on the next one', () => {
    const comment = '// Not reached by tests: b is of another system.'

    const above = branchIn(`${comment}\n// And more.\na ?? b`, 2)
    const beside = branchIn(`a ?? b ${comment}`, 0)
    const within = branchIn(`if (a) {\n${comment}\n}`, 0)

    assert.deepEqual(
      [above, beside, within].map(({ isExcused }) => isExcused),
      [true, true, true],
    )
  })

  test('is not excused by a comment without a reason, nor by one of other code', () => {
    const without = branchIn('// Not reached by tests:\na ?? b', 1)
    const elsewhere = branchIn('// Not reached by tests: c is rare.\nc()\na ?? b', 2)

    assert.deepEqual([without.isExcused, elsewhere.isExcused], [false, false])
  })
})
