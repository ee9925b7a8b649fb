/** Checking logs of other sizes than that of `verify-store.test.ts`: with next to nothing, and with much. */

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { appendEvents } from '../../../../src/store/append.js'
import type { StreamAppend } from '../../../../src/store/contracts.js'
import { DataFile } from '../../../../src/store/lmdb/data-file.js'
import { verifyLog } from '../../../../src/store/lmdb/verify/verify-log.js'
import { Findings, type LogCounts, type VerifyFlow } from '../../../../src/store/verification.js'
import { sampleAppend, sampleEvent } from '../../../../src/testing/index.js'
import { TemporaryDirectory } from '../../temporary.js'
import { largeLog } from '../large-log.js'

const flow: VerifyFlow = { pause: async () => {} }

/** Of what was appended in one commit. */
async function countsOf(
  directory: TemporaryDirectory,
  appends: readonly StreamAppend[],
): Promise<LogCounts> {
  const store = await directory.openStore()
  await appendEvents(store, appends)
  await store.close()
  const findings = new Findings(10)
  const counts = await verifyLog(directory.path, findings, flow)
  assert.deepEqual(findings.kept, [])
  return counts
}

test('a log in which nothing is personal is sound without keys', async (t) => {
  const directory = await TemporaryDirectory.make(t)

  const { events, subjects } = await countsOf(directory, [sampleAppend('1', 'none', 1)])

  assert.deepEqual([events, subjects], [1, 0])
})

test('a log with a key and without snapshots is sound', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const personal = [{ field: 'name', subjectId: 'ada', forgotten: 'no name' }]
  const event = { ...sampleEvent({ name: 'Ada' }, 'Registered'), personal }

  const { events, subjects } = await countsOf(directory, [
    { ...sampleAppend('1', 'none'), events: [event] },
  ])

  assert.deepEqual([events, subjects], [1, 1])
})

test('every stream of a log with thousands is looked at', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const ids = Array.from({ length: 2_500 }, (_each, at) => String(at))

  const { events, streams } = await countsOf(
    directory,
    ids.map((id) => sampleAppend(id, 'none', 1, 2)),
  )

  assert.deepEqual([events, streams], [5_000, 2_500])
})

test('a log whose table of tables cannot be read is one finding', async (t) => {
  const { directory, path } = await largeLog(t)
  const file = new DataFile(path)
  const { roots, pageBytes } = file.readMeta()
  file.close()
  const bytes = await readFile(path)
  // From then on it is a page of nothing.
  bytes.writeUInt16LE(0, Number(roots[1]) * pageBytes + 18)
  await writeFile(path, bytes)
  const findings = new Findings(10)

  const { events } = await verifyLog(directory.path, findings, flow)

  assert.deepEqual([events, findings.count, findings.kept[0]?.kind], [0, 1, 'lmdb'])
  assert.match(findings.kept[0]!.message, /to be readable/)
})
