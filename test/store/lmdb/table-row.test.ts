/** Rows of tables on the disk: whatever of them is not what was written is noticed. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import type { EventValue } from '../../../src/events/event.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { decodeRow, encodeRow } from '../../../src/store/lmdb/table-row.js'
import { encodeTableKey } from '../../../src/store/table-key.js'
import type { TableDatabase } from '../../../src/store/tables.js'
import type { Scope } from '../../support/scope.js'
import { TemporaryDirectory } from '../temporary.js'

const rows = crc32('rows')
const key = encodeTableKey('rows', ['ada', 7])
const value: EventValue = { name: 'Ada', cents: 1_200, tags: [null, true] }
const isDamaged = { message: /checksum/ }

describe('a row', () => {
  test('reads as it was written, under its key and in its table', () => {
    for (const each of [value, null, 0, '', [], {}]) {
      assert.deepEqual(decodeRow(rows, key, encodeRow(rows, key, each)), each)
    }
  })

  test('with any bit flipped is damaged', () => {
    const bytes = encodeRow(rows, key, value)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => decodeRow(rows, key, flipped), isDamaged)
    }
  })

  test('of any other length is damaged', () => {
    const bytes = encodeRow(rows, key, value)
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeRow(rows, key, bytes.subarray(0, length)), isDamaged)
    }
    assert.throws(() => decodeRow(rows, key, Buffer.concat([bytes, Buffer.of(0)])), isDamaged)
  })

  test('under a key with any bit flipped, or in another table, is damaged', () => {
    const bytes = encodeRow(rows, key, value)
    for (let bit = 0; bit < key.length * 8; bit++) {
      const other = Buffer.from(key)
      other[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => decodeRow(rows, other, bytes), isDamaged)
    }
    assert.throws(() => decodeRow(crc32('indexes'), key, bytes), isDamaged)
  })
})

describe('a page of rows that is damaged while it is open', () => {
  const isDamagedTable = { code: 'DRAMATIS_DAMAGED_TABLE', table: 'rows' }

  test('is an error where one of its rows is read, and harms no other', async (t) => {
    const { tables, leaf, write } = await openRows(t)

    leaf[leaf.indexOf('value of b')]! ^= 1
    write()

    tables.refresh()
    const table = tables.table('rows')
    assert.throws(() => table.get(['b']), isDamagedTable)
    assert.throws(() => table.range(), isDamagedTable)
    assert.equal(table.get(['a']), 'value of a')
    assert.deepEqual(table.range({ prefix: ['c'] }), [{ key: ['c'], value: 'value of c' }])
  })

  test('is an error where its rows have lost their order, from either side', async (t) => {
    const { tables, leaf, write } = await openRows(t)

    // The places of its nodes, two bytes each, are in the order of their keys.
    const [first, second] = [leaf.readUInt16LE(24), leaf.readUInt16LE(26)]
    leaf.writeUInt16LE(second, 24)
    leaf.writeUInt16LE(first, 26)
    write()

    tables.refresh()
    const table = tables.table('rows')
    assert.throws(() => table.range(), isDamagedTable)
    assert.throws(() => table.range({ reverse: true }), isDamagedTable)
  })
})

/** Three rows, the page that they lie on, and a way to change it behind LMDB's back. */
async function openRows(
  t: Scope,
): Promise<{ readonly tables: TableDatabase; readonly leaf: Buffer; readonly write: () => void }> {
  const directory = await TemporaryDirectory.make(t)
  const tables = directory.closing(await openLmdbTables(directory.path, ['rows']))
  const names = ['a', 'b', 'c']
  await tables.write(
    names.map((name) => ({ table: 'rows', key: [name], value: `value of ${name}` })),
  )
  const path = join(directory.path, 'data.mdb')
  const bytes = readFileSync(path)
  const start = bytes.lastIndexOf('value of a') & ~4_095
  const leaf = bytes.subarray(start, start + 4_096)
  return { tables, leaf, write: () => writeFileSync(path, bytes, { flag: 'r+' }) }
}
