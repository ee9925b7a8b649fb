/** Directories that survive a power cut, as far as whoever makes them may go. */

import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeDurableDirectory } from '../../src/store/durable-directory.js'
import { onEnd } from '../support/scope.js'

const skip = process.platform === 'win32' ? 'directories are not flushed there' : false
const isRoot = process.geteuid?.() === 0
const nobody = 65_534

test('one that is found below one that nobody may read is good enough', { skip }, async (t) => {
  const above = await mkdtemp(join(tmpdir(), 'dramatis-'))
  const path = join(above, 'data')
  onEnd(t, async () => {
    if (isRoot) process.seteuid!(0)
    await chmod(above, 0o700)
    await rm(above, { recursive: true })
  })
  await mkdir(path)
  await chmod(above, 0o111)
  // To the system's own user nothing is forbidden.
  if (isRoot) process.seteuid!(nobody)
  await assert.rejects(open(above, 'r'), { code: 'EACCES' })

  await makeDurableDirectory(path)

  await assert.rejects(makeDurableDirectory(join(above, 'another')), { code: 'EACCES' })
})
