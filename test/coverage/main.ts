/**
 * `npm run coverage -- PATH... --of src/store`: runs tests, and lists every branch of the core modules that none of
 * their processes has run and that has no comment which says why. Ends with 1 when there is one, or a test failed.
 *
 * A process or thread that a test kills leaves no counts: what only such a one runs is listed although it was run.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryRoot } from '../architecture/source-files.js'
import { coreModules, coverageOf } from './core-coverage.js'

const usage = `npm run coverage -- [options] [PATH...]

  PATH         run the test files with any of these in their paths (default: all)
  --of FOLDER  of the sources that are looked at; may be repeated (default: ${coreModules.join(', ')})
  --help       print this
`

const { values, positionals } = parseArgs({
  options: { of: { type: 'string', multiple: true }, help: { type: 'boolean', default: false } },
  allowPositionals: true,
})

if (values.help) console.log(usage)
else cover(positionals, values.of ?? coreModules)

function cover(tests: readonly string[], modules: readonly string[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'dramatis-coverage-'))
  try {
    const { status } = spawnSync(
      process.execPath,
      [join(repositoryRoot, 'dist/test/run.js'), ...tests],
      { stdio: 'inherit', env: { ...process.env, NODE_V8_COVERAGE: directory } },
    )
    const missing = list(directory, modules)
    if (status !== 0) console.error('\nSome tests failed: what they would have run may be missing.')
    process.exitCode = status !== 0 || missing > 0 ? 1 : 0
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** @returns how many branches were neither run nor excused. */
function list(directory: string, modules: readonly string[]): number {
  let missing = 0
  let excused = 0
  for (const { path, branches } of coverageOf(directory, modules)) {
    const open = branches.filter(({ isExcused }) => !isExcused)
    missing += open.length
    excused += branches.length - open.length
    if (open.length > 0) console.log(`\n${path}: ${open.length}`)
    for (const { line, text } of open) console.log(`${String(line).padStart(6)}  ${text}`)
  }
  console.log(`\n${missing} branches were not run; ${excused} more have a comment that says why.`)
  return missing
}
