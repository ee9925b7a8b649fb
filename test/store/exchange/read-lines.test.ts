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

test('a line costs as much as others of its length together', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-lines-'))
  onEnd(t, () => rm(directory, { recursive: true }))
  const many = `${'x'.repeat(512 * 1_024 - 1)}\n`.repeat(128)
  await writeFile(join(directory, 'many'), many)
  await writeFile(join(directory, 'one'), `${many.slice(0, -1).replaceAll('\n', 'x')}\n`)

  const expected = await processorMicros(() => lengthsOf(join(directory, 'many')))
  const found = await processorMicros(() => lengthsOf(join(directory, 'one')))

  assert.deepEqual([expected.lengths.length, found.lengths], [128, [many.length - 1]])
  // Joining it with each piece anew takes more than ten times as long.
  assert.ok(found.micros < expected.micros * 8, `${found.micros} beside ${expected.micros} us`)
})

test('lines are the same wherever the reads that bring them end', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-lines-'))
  onEnd(t, () => rm(directory, { recursive: true }))
  const file = join(directory, 'lines')
  const mebibyte = 1_024 * 1_024
  // The first ends with a read, the second begins and ends inside of one, the third spans three, the last is cut off.
  const texts = ['a'.repeat(mebibyte - 1), 'b', '\u00e4'.repeat(mebibyte), '', 'c'.repeat(7)]
  await writeFile(file, `${texts.join('\n')}\ncut o`)

  const lines = await collect(readLines(file))

  assert.deepEqual(
    lines.map(({ text }) => text),
    texts,
  )
  assert.deepEqual(
    lines.map(({ bytes }) => bytes.toString()),
    texts.map((text) => `${text}\n`),
  )
})

async function lengthsOf(file: string): Promise<readonly number[]> {
  const lengths: number[] = []
  for await (const { text } of readLines(file)) lengths.push(text.length)
  return lengths
}

async function processorMicros(
  work: () => Promise<readonly number[]>,
): Promise<{ readonly micros: number; readonly lengths: readonly number[] }> {
  const before = process.cpuUsage()
  const lengths = await work()
  const { user, system } = process.cpuUsage(before)
  return { micros: user + system, lengths }
}
