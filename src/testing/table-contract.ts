/**
 * The suite that every kind of table passes: what `store/tables.ts` promises, as tests.
 */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { EventValue } from '../events/event.js'
import type { TableDatabase } from '../store/tables.js'
import { orderContract } from './table-order.js'

/** Opens empty tables that are closed, and whose files are removed, after the test. */
export type OpenTables = (t: TestContext, tables: readonly string[]) => Promise<TableDatabase>

/** Declares the suite for one kind of tables. */
export function tableContract(name: string, open: OpenTables): void {
  describe(`${name} keep the table contract`, () => {
    valueTests(open)
    orderContract(open)
    transactionTests(open)
    asyncTests(open)
  })
}

function valueTests(open: OpenTables): void {
  test('a row that was put is there until it is removed', async (t) => {
    const db = await open(t, ['rows'])
    const rows = db.table('rows')

    db.transactSync(() => rows.put(['a'], { n: 1 }))
    assert.deepEqual([rows.get(['a']), rows.has(['a']), rows.count()], [{ n: 1 }, true, 1])
    db.transactSync(() => rows.put(['a'], null))
    assert.deepEqual([rows.get(['a']), rows.has(['a']), rows.count()], [null, true, 1])
    db.transactSync(() => rows.remove(['a']))

    assert.deepEqual([rows.get(['a']), rows.has(['a']), rows.count()], [undefined, false, 0])
  })

  test('values of every kind come back equal', async (t) => {
    const db = await open(t, ['rows'])
    const value: EventValue = {
      list: [null, true, -0.5, 2n ** 63n, 'Größe 🎭', new Date(5), Buffer.from([1, 2]), {}],
      long: 'x'.repeat(100_000),
    }

    db.transactSync(() => db.table('rows').put(['a'], value))

    assert.deepEqual(db.table('rows').get(['a']), value)
    assert.deepEqual(db.table('rows').range(), [{ key: ['a'], value }])
  })

  test('values are copies: changing one changes nothing stored', async (t) => {
    const db = await open(t, ['rows'])
    const value = { list: [1] }
    db.transactSync(() => db.table('rows').put(['a'], value))

    value.list.push(2)
    const read = db.table('rows').get(['a']) as { list: number[] }
    read.list.push(3)

    assert.deepEqual(db.table('rows').get(['a']), { list: [1] })
  })

  test('tables of one database are apart', async (t) => {
    const db = await open(t, ['rows', 'index'])

    db.transactSync(() => db.table('rows').put(['a'], 1))

    assert.equal(db.table('index').get(['a']), undefined)
    assert.equal(db.table('index').count(), 0)
  })
}

function transactionTests(open: OpenTables): void {
  test('a transaction that throws leaves nothing behind, in any table', async (t) => {
    const db = await open(t, ['rows', 'index'])
    const refusal = new Error('no')
    db.transactSync(() => {
      db.table('rows').put(['a'], 1)
      db.table('rows').put(['b'], 2)
    })

    assert.throws(
      () =>
        db.transactSync(() => {
          db.table('rows').put(['a'], 9)
          db.table('rows').put(['a'], 10)
          db.table('rows').remove(['b'])
          db.table('rows').put(['c'], 3)
          db.table('index').put(['x'], 1)
          throw refusal
        }),
      refusal,
    )

    assert.deepEqual(db.table('rows').range(), [
      { key: ['a'], value: 1 },
      { key: ['b'], value: 2 },
    ])
    assert.equal(db.table('index').count(), 0)
  })

  test('a transaction returns what its work returns', async (t) => {
    const db = await open(t, ['rows'])

    assert.equal(
      db.transactSync(() => 42),
      42,
    )
  })

  test('asynchronous work, nested transactions and writes outside are refused', async (t) => {
    const db = await open(t, ['rows'])
    const refusal = { name: 'AssertionError' }

    assert.throws(
      () =>
        db.transactSync(async () => {
          db.table('rows').put(['a'], 1)
        }),
      refusal,
    )
    assert.throws(() => db.transactSync(() => db.transactSync(() => 1)), refusal)
    assert.throws(() => db.table('rows').put(['a'], 1), refusal)
    assert.throws(() => db.table('rows').remove(['a']), refusal)
    assert.throws(() => db.table('others'), refusal)

    assert.equal(db.table('rows').count(), 0)
  })
}

function asyncTests(open: OpenTables): void {
  test('an asynchronous write applies its changes in order', async (t) => {
    const db = await open(t, ['rows', 'index'])

    const first = db.write([
      { table: 'rows', key: ['a'], value: 1 },
      { table: 'rows', key: ['b'], value: null },
      { table: 'index', key: ['x'], value: 1 },
    ])
    const second = db.write([
      { table: 'rows', key: ['a'], value: 2 },
      { table: 'index', key: ['x'] },
    ])
    await Promise.all([first, second])

    assert.deepEqual(db.table('rows').range(), [
      { key: ['a'], value: 2 },
      { key: ['b'], value: null },
    ])
    assert.equal(db.table('index').count(), 0)
  })

  test('an asynchronous write with a key that is too large writes nothing', async (t) => {
    const db = await open(t, ['rows'])

    await assert.rejects(
      db.write([
        { table: 'rows', key: ['a'], value: 1 },
        { table: 'rows', key: ['x'.repeat(5_000)], value: 1 },
      ]),
      { code: 'DRAMATIS_KEY_TOO_LARGE' },
    )

    assert.equal(db.table('rows').count(), 0)
  })

  test('one database is written in one style', async (t) => {
    const sync = await open(t, ['rows'])
    const async = await open(t, ['rows'])
    sync.transactSync(() => 1)
    await async.write([{ table: 'rows', key: ['a'], value: 1 }])

    await assert.rejects(sync.write([]), { name: 'AssertionError' })
    assert.throws(() => async.transactSync(() => 1), { name: 'AssertionError' })
  })

  test('closed tables take no writes', async (t) => {
    const db = await open(t, ['rows'])

    await db.close()
    await db.close()

    assert.throws(() => db.transactSync(() => 1), { code: 'DRAMATIS_STORE_STOPPED' })
    await assert.rejects(db.write([]), { code: 'DRAMATIS_STORE_STOPPED' })
  })
}
