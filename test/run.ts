/**
 * Finds the built test files and hands them to `node --test`, which on Node 20 takes no globs.
 *
 * Arguments narrow the run: `npm test -- store actors/mailbox` runs the files whose path has any of
 * them. It owns no test.
 */

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provenShare } from './support/size.js'

/** A file that is still running then is stuck: it is killed and counts as failed. Full sizes take their time. */
const fileMsMax = provenShare === null ? 240_000 : 7_200_000

const root = fileURLToPath(new URL('.', import.meta.url))
const wanted = process.argv.slice(2)
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .map((file) => relative(process.cwd(), join(root, file)))
  .sort()

if (files.length === 0) {
  console.error(`no test file under ${root} has ${wanted.join(' or ')} in its path`)
  process.exit(1)
}
const run = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', `--test-timeout=${fileMsMax}`, ...files],
  { stdio: 'inherit' },
)
process.exit(run.status ?? 1)
