/** Lines of a file, and how long one may be. */

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLines } from '../../../src/store/exchange/read-lines.js'
import { collect } from '../../../src/testing/index.js'
import { onEnd } from '../../support/scope.js'

test('a line that does not end is refused before it fills the memory', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-lines-'))
  onEnd(t, () => rm(directory, { recursive: true }))
  const file = join(directory, 'lines')
  await writeFile(file, `short\n${'x'.repeat(101)}`)

  const within = await collect(readLines(file, 101))

  assert.deepEqual(
    within.map(({ text, number }) => [text, number]),
    [['short', 1]],
  )
  await assert.rejects(collect(readLines(file, 100)), {
    name: 'TypeError',
    message: 'a line of more than 100 bytes',
  })
})
