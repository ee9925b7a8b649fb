/**
 * Runs the benchmarks one after the other, each in a process of its own.
 *
 * Arguments narrow the run: `npm run bench -- commands` runs the files whose name has any of them.
 * Every file directly in this folder is a benchmark, this one excepted.
 */

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const wanted = process.argv.slice(2)
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.js') && file !== 'run.js')
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()

if (files.length === 0) {
  console.error(`no benchmark in ${folder} has ${wanted.join(' or ')} in its name`)
  process.exit(1)
}
for (const file of files) {
  const run = spawnSync(process.execPath, [join(folder, file)], { stdio: 'inherit' })
  if (run.status !== 0) process.exit(run.status ?? 1)
}
