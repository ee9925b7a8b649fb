/** Tables in LMDB, where LMDB does not do what it should. What every kind of tables does is in the contract. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { TemporaryDirectory } from '../temporary.js'

test('a write that LMDB does not finish in time is not waited for', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  const tables = directory.closing(await openLmdbTables(directory.path, ['rows'], { clock }))

  const writing = tables.write([{ table: 'rows', key: [1], value: 1 }])
  clock.advance(30_000)

  await assert.rejects(writing, {
    code: 'DRAMATIS_COMMIT_UNKNOWN',
    message: /longer than 30000 ms/,
  })
})

test('tables that are closed have no readers, as far as anybody can say', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const tables = await openLmdbTables(directory.path, ['rows'])

  const open = tables.readReaders()
  await tables.close()

  assert.equal(typeof open?.slots, 'number')
  assert.equal(tables.readReaders(), null)
})

test('more tables than an environment takes are refused, and it opens with fewer', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const names = Array.from({ length: 65 }, (_each, at) => `table ${at}`)

  await assert.rejects(openLmdbTables(directory.path, names), {
    code: 'DRAMATIS_STORE_UNAVAILABLE',
  })

  const tables = directory.closing(await openLmdbTables(directory.path, names.slice(0, 64)))
  await tables.write([{ table: 'table 63', key: [1], value: 1 }])
  tables.refresh()
  assert.equal(tables.table('table 63').get([1]), 1)
})
