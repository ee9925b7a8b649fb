/** Comparing two generations of rows. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import type { TableDatabase } from '../../src/store/tables.js'
import { compareViews } from '../../src/subscriptions/view-comparison.js'
import { viewTables } from '../../src/subscriptions/view-keys.js'

/** A view of so many rows. */
async function rowsOf(count: number): Promise<TableDatabase> {
  const database = openMemoryTables(viewTables)
  const ids = Array.from({ length: count }, (_each, at) => `r${at}`)
  await database.write(ids.map((id) => ({ table: 'rows', key: [id], value: { id } })))
  return database
}

test('a comparison is given up between pages', async () => {
  const [served, rebuilt] = [await rowsOf(1_100), await rowsOf(1_100)]
  let asked = 0
  const assertWanted = (): void => {
    if (++asked === 2) throw new Error('enough')
  }

  await assert.rejects(compareViews(served, rebuilt, assertWanted, {}), /enough/)

  assert.equal(asked, 2)
})
