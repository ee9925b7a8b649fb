/**
 * `docs/dependencies.md`: every program does what the page says, so that a dependency that behaves otherwise is
 * noticed.
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { repositoryRoot } from '../architecture/source-files.js'
import { onEnd } from '../support/scope.js'

const page = readFileSync(join(repositoryRoot, 'docs/dependencies.md'), 'utf8')
const program = /^### (.*)\n+```js\n([\s\S]*?)^```\n+```text\n([\s\S]*?)^```$/gm
const programs = [...page.matchAll(program)].map(([, name, code, said]) => ({ name, code, said }))

/** Below the package, so that dependencies resolve as they do for it. */
const parent = join(repositoryRoot, 'dist')
/** How signals end processes, and files have limits, is not the same everywhere. */
const isSkipped = process.platform !== 'linux'

/** @returns what it printed, and how it ended where that is not 0. */
async function run(code: string, cwd: string): Promise<string> {
  writeFileSync(join(cwd, 'main.mjs'), code)
  const kibibytes = /^\/\/ ulimit -f (\d+)/.exec(code)?.[1] ?? 'unlimited'
  const command = 'ulimit -c 0; ulimit -f $0; trap "" XFSZ; exec "$1" main.mjs'
  const child = spawn('bash', ['-c', command, kibibytes, process.execPath], {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [printed, [status, signal]] = await Promise.all([text(child.stdout), once(child, 'close')])
  const ended = signal === null ? `ended with ${status}` : `ended by ${signal}`
  return status === 0 ? printed : `${printed}${ended}\n`
}

describe('a program about a dependency', { skip: isSkipped }, () => {
  test('is below each heading', () => {
    assert.equal(programs.length, page.match(/^### /gm)?.length)
  })

  for (const { name, code, said } of programs) {
    test(`does what the page says: ${name}`, async (t) => {
      mkdirSync(parent, { recursive: true })
      const cwd = mkdtempSync(join(parent, 'dependency-'))
      onEnd(t, () => rmSync(cwd, { recursive: true, force: true }))

      assert.equal(await run(code!, cwd), said)
    })
  }
})
