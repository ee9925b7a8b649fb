/** Checking the database of a view: how far it may be, and how far it may not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import type { TableChange } from '../../src/store/tables.js'
import { Findings } from '../../src/store/verification.js'
import { verifyRows } from '../../src/subscriptions/verify-rows.js'
import { viewTables } from '../../src/subscriptions/view-keys.js'

/** Rows, and messages, of a view of these entries under a log of ten events. */
async function check(...changes: readonly TableChange[]): Promise<unknown> {
  const database = openMemoryTables(viewTables)
  await database.write(changes)
  const findings = new Findings(10)
  const rows = await verifyRows('V@1', database, 10, findings, { pause: async () => {} })
  return [rows, findings.kept.map(({ kind, key }) => [kind, key])]
}

const row: TableChange = { table: 'rows', key: ['a'], value: { n: 1 } }
const cursor = (value: number | string): TableChange => ({ table: 'meta', key: ['cursor'], value })

test('a view that has taken in nothing has no cursor, and is sound', async () => {
  assert.deepEqual(await check(), [0, []])
})

test('the rows of a view that is not ahead of the log are counted', async () => {
  assert.deepEqual(await check(row, cursor(10)), [1, []])
})

for (const value of [11, -1, 0.5, 'ten']) {
  test(`a view whose cursor is ${value} is found`, async () => {
    assert.deepEqual(await check(row, cursor(value)), [1, [['view', 'V@1']]])
  })
}
