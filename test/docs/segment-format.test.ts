/** What `docs/storage-format.md` says of segments, entries and heads, held to the log of a busy store. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { openRuntime } from '../../src/index.js'
import { Ledger, ledgerApp } from './ledger-app.js'
import { cutSegment, readRawTable, readRecords, u64 } from './raw-tables.js'

describe('the log of a busy store', () => {
  /** More than a sweep of heads takes. */
  const groups = 270
  let directory: string

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'dramatis-format-'))
    const runtime = await openRuntime({ app: ledgerApp, dataDir: directory })
    const write = (id: string): Promise<unknown> =>
      runtime.actor(Ledger, id).send('write', { text: 'busy' })
    await Promise.all([write('a'), write('a'), write('b')])
    for (let group = 1; group <= groups; group++) await write('c')
    await runtime.close()
  })

  after(() => rmSync(directory, { recursive: true, force: true }))

  test('has several records in one segment, and says where the one before is', async () => {
    const segments = await readRawTable(directory, 'log', 'events')
    const records = await readRecords(directory)

    assert.deepEqual([...segments.keys()].slice(0, 2), [u64(1), u64(4)])
    // Both are of the stream `a`, whose first record is the first of the segment.
    assert.equal(records.get(2)!.readBigUInt64BE(20), 1n)
    assert.equal(records.get(2)!.subarray(4, 8).toString('hex'), '01000001')
  })

  test('says of each segment that it is sound, and which shapes are in it', async () => {
    const segments = await readRawTable(directory, 'log', 'events')

    for (const [key, segment] of segments) {
      assert.equal(segment.readUInt32BE(0), crc32(segment.subarray(4), Number.parseInt(key, 16)))
      assert.deepEqual(cutSegment(segment).shapes, [1])
    }
  })

  test('has the heads of older groups in a table of their own, and no entry of no use', async () => {
    const streams = await readRawTable(directory, 'log', 'streams')
    const entries = await readRawTable(directory, 'log', 'groups')

    const heads = [...streams].map(([key, value]) => [
      Buffer.from(key, 'hex').toString(),
      value.readUInt32BE(0),
      value.readBigUInt64BE(4),
      value.readUInt16BE(12),
      value.length,
    ])
    assert.deepEqual(heads, [
      ['Ledger-a', 2, 2n, 1, 14],
      ['Ledger-b', 1, 3n, 2, 14],
    ])
    const expected = Array.from({ length: groups + 1 }, (_each, at) => u64(3 + at))
    assert.deepEqual([...entries.keys()], expected)
  })
})
