/** Reading a whole table for checking it, however long it is and whatever cannot be read. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entriesIn } from '../../src/store/entries-in.js'
import { openEnvironment } from '../../src/store/lmdb/environment.js'
import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import { encodeTableKey } from '../../src/store/table-key.js'
import type { Table, TableDatabase } from '../../src/store/tables.js'
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

test('a damaged row is a finding under its key, and left out; the others come', async (t) => {
  for (const damaged of [0, 3, 511, 512, 700, 1_299]) {
    const directory = await TemporaryDirectory.make(t)
    const tables = directory.closing(await openLmdbTables(directory.path, ['rows']))
    await fill(tables)
    await overwrite(directory, encodeTableKey('rows', [damaged]))
    tables.refresh()
    const findings = new Findings(10)

    const values = valuesIn(tables, findings)

    assert.deepEqual(
      values,
      numbers.filter((each) => each !== damaged),
    )
    assert.deepEqual(
      findings.kept.map(({ kind, key }) => [kind, key]),
      [['view', `[${damaged}]`]],
    )
    assert.match(findings.kept[0]!.message, /Expected sound rows in table rows/)
  }
})

test('what LMDB cannot read ends the table, and is a finding behind the last key', () => {
  const sound = numbers.slice(0, 512).map((number) => ({ key: [number], value: number }))
  for (const [pieces, key] of [
    [[], undefined],
    [[sound], 'behind [511]'],
  ] as const) {
    const left = [...pieces]
    const table = {
      name: 'rows',
      range: () => {
        const piece = left.shift()
        if (piece === undefined) throw new Error('MDB_CORRUPTED')
        return piece
      },
    }
    const findings = new Findings(10)

    const found = [...entriesIn(table as unknown as Table, 'view', findings)]

    assert.deepEqual(found, pieces)
    assert.deepEqual(
      findings.kept.map((finding) => [finding.kind, finding.key]),
      [['view', key]],
    )
    assert.match(findings.kept[0]!.message, /table rows to be readable, found: MDB_CORRUPTED/)
  }
})

test('a row whose key is none is a finding too', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const tables = directory.closing(await openLmdbTables(directory.path, ['rows']))
  await fill(tables)
  await overwrite(directory, Buffer.from([0x0a, 0xff]))
  tables.refresh()
  const findings = new Findings(10)

  const values = valuesIn(tables, findings)

  assert.deepEqual([values, findings.kept.map(({ key }) => key)], [numbers, ['0aff']])
})

/** Puts bytes under a key that are no row of it. */
async function overwrite(directory: TemporaryDirectory, key: Buffer): Promise<void> {
  const environment = await openEnvironment(directory.path, 'flush')
  const bytes = { encoding: 'binary', keyEncoding: 'binary' } as const
  const rows = environment.openDB<Buffer, Buffer>({ name: 'rows', ...bytes })
  await rows.put(key, Buffer.from([0x93, 1, 0, 0, 0, 7]))
  await environment.close()
}
