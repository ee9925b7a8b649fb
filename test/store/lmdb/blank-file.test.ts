/** The data file that environments begin with. */

import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { open } from 'lmdb'
import { blankPages, placeBlankFile } from '../../../src/store/lmdb/blank-file.js'
import { environmentOptions } from '../../../src/store/lmdb/environment.js'
import { TemporaryDirectory } from '../temporary.js'

const skip = platform() === 'win32' || arch() !== 'x64' ? 'LMDB makes the file here' : false

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

test('several that make it at once make one', { skip }, async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  await mkdir(path)

  await Promise.all([1, 2, 3].map(() => placeBlankFile(join(path, 'data.mdb'))))

  assert.deepEqual(await readdir(path), ['data.mdb'])
  assert.ok(blankPages().equals(await readFile(join(path, 'data.mdb'))))
})
