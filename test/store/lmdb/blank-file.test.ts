/** The data file that environments begin with. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { open } from 'lmdb'
import { blankPages, placeBlankFile } from '../../../src/store/lmdb/blank-file.js'
import { environmentOptions } from '../../../src/store/lmdb/environment.js'
import { onEnd } from '../../support/scope.js'
import { TemporaryDirectory } from '../temporary.js'

const skip = platform() === 'win32' || arch() !== 'x64' ? 'LMDB makes the file here' : false

/** Of any file that this process writes from now on. */
function limitFileBytes(bytes: number | 'unlimited'): boolean {
  const limit = spawnSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:`])
  return limit.status === 0
}

const noLimit = limitFileBytes('unlimited') ? false : 'files cannot be limited here'

test('it is to the byte what LMDB makes', { skip }, async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  await mkdir(path)

  const environment = open(environmentOptions(path, 'flush'))
  await environment.close()

  assert.ok(blankPages().equals(await readFile(join(path, 'data.mdb'))))
})

test('one that is there stays as it is, and nothing else is left behind', { skip }, async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  await mkdir(path)
  await writeFile(join(path, 'data.mdb'), 'what is there')

  await placeBlankFile(join(path, 'data.mdb'))

  assert.equal(await readFile(join(path, 'data.mdb'), 'utf8'), 'what is there')
  assert.deepEqual(await readdir(path), ['data.mdb'])
})

test('a disk that takes less than all of it has none of it', {
  skip: skip || noLimit,
}, async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  await mkdir(path)
  limitFileBytes(5_000)
  onEnd(t, () => limitFileBytes('unlimited'))

  await assert.rejects(placeBlankFile(join(path, 'data.mdb')), { code: 'EFBIG' })

  assert.deepEqual(await readdir(path), [])
})

test('several that make it at once make one', { skip }, async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  await mkdir(path)

  await Promise.all([1, 2, 3].map(() => placeBlankFile(join(path, 'data.mdb'))))

  assert.deepEqual(await readdir(path), ['data.mdb'])
  assert.ok(blankPages().equals(await readFile(join(path, 'data.mdb'))))
})
