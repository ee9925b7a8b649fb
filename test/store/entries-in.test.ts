/** Reading a whole table for checking it, however long it is and whatever cannot be read. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entriesIn } from '../../src/store/entries-in.js'
import { openEnvironment } from '../../src/store/lmdb/environment.js'
import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import { encodeTableKey } from '../../src/store/table-key.js'
import type { TableDatabase } from '../../src/store/tables.js'
import { Findings } from '../../src/store/verification.js'
import { onEnd } from '../support/scope.js'
import { TemporaryDirectory } from './temporary.js'

const numbers = Array.from({ length: 1_300 }, (_each, number) => number)

async function fill(tables: TableDatabase): Promise<void> {
  await tables.write(numbers.map((number) => ({ table: 'rows', key: [number], value: number })))
}

function valuesIn(tables: TableDatabase, findings: Findings): unknown[] {
  const pieces = [...entriesIn(tables.table('rows'), 'view', findings)]
  return pieces.flat().map(({ value }) => value)
}

test('every entry of a long table comes once, in order', async (t) => {
  const tables = openMemoryTables(['rows'])
  onEnd(t, () => tables.close())
  await fill(tables)
  const findings = new Findings(10)

  const values = valuesIn(tables, findings)

  assert.deepEqual([values, findings.count], [numbers, 0])
})

test('an entry that cannot be read is a finding, which says behind what it lies', async (t) => {
  for (const [damaged, read, key] of [
    [700, 512, 'behind [511]'],
    [3, 0, undefined],
  ] as const) {
    const directory = await TemporaryDirectory.make(t)
    const tables = directory.closing(await openLmdbTables(directory.path, ['rows']))
    await fill(tables)
    const environment = directory.closing(await openEnvironment(directory.path, 'flush'))
    const bytes = { encoding: 'binary', keyEncoding: 'binary' } as const
    const rows = environment.openDB<Buffer, Buffer>({ name: 'rows', ...bytes })
    await rows.put(encodeTableKey('rows', [damaged]), Buffer.from([0x93, 1]))
    tables.refresh()
    const findings = new Findings(10)

    const values = valuesIn(tables, findings)

    assert.equal(values.length, read)
    assert.deepEqual(
      [findings.count, findings.kept[0]?.kind, findings.kept[0]?.key],
      [1, 'view', key],
    )
    assert.match(findings.kept[0]!.message, /Expected table rows to be readable/)
  }
})
