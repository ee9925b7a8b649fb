/**
 * Hostile paths: every one is refused with a typed error and leaves nothing behind, or it is a directory like any other.
 */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, type TestContext, test } from 'node:test'
import { compactStore, importLog, openRuntime, restoreStore, verifyStore } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { count } from '../support/counts.js'
import { app, Keeper } from './app.js'

let tried = 0

after(() => count('hostile values', tried))

/** A directory with a file, a loop of links and a link to nothing. */
async function place(t: TestContext): Promise<string> {
  const { path } = await TemporaryDirectory.make(t)
  await mkdir(path)
  await writeFile(join(path, 'file'), 'text')
  await symlink(join(path, 'loop'), join(path, 'loop'))
  await symlink(join(path, 'nowhere', 'at all'), join(path, 'dangling'))
  return path
}

const paths: Readonly<Record<string, (root: string) => unknown>> = {
  nothing: () => '',
  'a NUL': (root) => join(root, 'a\0b'),
  'a name of 5,000 characters': (root) => join(root, 'x'.repeat(5_000)),
  'a path of 100,000 characters': (root) => join(root, ...new Array<string>(20_000).fill('abcd')),
  'a file': (root) => join(root, 'file'),
  'a path through a file': (root) => join(root, 'file', 'data'),
  'a loop of links': (root) => join(root, 'loop'),
  'a path through a loop of links': (root) => join(root, 'loop', 'data'),
  'a number': () => 7,
  'a list': (root) => [root],
  'an object that says it is a text': (root) => ({ toString: () => root }),
}

const uses: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'opening a runtime': (dataDir) => openRuntime({ app, dataDir, workers: 'inline' }),
  'verifying a store': (path) => verifyStore(path),
  'importing into it': (dataDir) => importLog({ file: process.execPath, dataDir }),
  'importing it': (file) => importLog({ file, dataDir: join(tmpdir(), 'dramatis-never') }),
  'restoring from it': (path) => restoreStore(path, `${path}.restored`),
  'compacting it': (path) => compactStore(path),
}

describe('a path is refused, and nothing is left behind, when', () => {
  for (const [use, call] of Object.entries(uses)) {
    test(use, async (t) => {
      const root = await place(t)
      const before = await readdir(root)
      for (const [name, pathIn] of Object.entries(paths)) {
        tried++
        await assert.rejects(
          async () => await call(pathIn(root) as string),
          (error: { code?: unknown }) => String(error.code).startsWith('DRAMATIS_'),
          name,
        )
      }

      assert.deepEqual(await readdir(root), before)
    })
  }
})

test('a path that leads up and down again is the directory that it leads to', async (t) => {
  const root = await place(t)
  const winding = `${root}/a/../b/./../data/`
  const runtime = await openRuntime({ app, dataDir: winding, workers: 'inline' })
  await runtime.actor(Keeper, '../../up').send('count', { times: 1 })
  await runtime.close()

  assert.ok(existsSync(join(root, 'data', 'log', 'data.mdb')))
  assert.deepEqual((await readdir(root)).sort(), ['dangling', 'data', 'file', 'loop'])
})
