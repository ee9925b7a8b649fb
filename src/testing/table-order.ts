/** The part of the table contract about order: how keys sort, and what a range gives. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { keyBytesMax, type TableDatabase, type TableKey } from '../store/tables.js'
import type { OpenTables } from './table-contract.js'

/** Keys in the order they must sort. */
const sortedKeys: readonly TableKey[] = [
  [null],
  [null, null],
  [null, false],
  [null, 'a'],
  [false],
  [false, true],
  [true],
  [-1e300],
  [-1.5],
  [-1],
  [-5e-324],
  [0],
  [5e-324],
  [0.1],
  [1],
  [1, null],
  [1, null, null],
  [1, null, null, 'x'],
  [1, -2],
  [1, 0],
  [1, 2],
  [1, ''],
  [1, 'a'],
  [2],
  [255],
  [256],
  [65_536],
  [Number.MAX_SAFE_INTEGER],
  [Number.MAX_VALUE],
  [''],
  ['', ''],
  ['\u0001'],
  ['\u0004'],
  ['\u0004\u0001'],
  ['\u001b'],
  ['A'],
  ['a'],
  ['a', null],
  ['a', 1],
  ['a', 'a'],
  ['a', 'b'],
  ['a\u0001'],
  ['a!'],
  ['aa'],
  ['b'],
  ['x'.repeat(63)],
  [`${'x'.repeat(63)}\u0001`],
  [`${'x'.repeat(64)}\u0001\u0002`],
  ['ä'],
  ['\uffff'],
  ['🎭'],
]

export function orderContract(open: OpenTables): void {
  keyTests(open)
  rangeTests(open)
}

function keyTests(open: OpenTables): void {
  test('keys sort as tuples of null, booleans, numbers and strings', async (t) => {
    const db = await open(t, ['rows'])
    const rows = db.table('rows')
    db.transactSync(() => {
      for (const [at, key] of sortedKeys.entries()) rows.put(key, at)
    })

    const keys = rows.range().map((entry) => entry.key)
    const reversed = rows.range({ reverse: true }).map((entry) => entry.key)

    assert.deepEqual(keys, sortedKeys)
    assert.deepEqual(reversed.reverse(), sortedKeys)
    for (const [at, key] of sortedKeys.entries()) assert.equal(rows.get(key), at)
  })

  test('minus zero is zero', async (t) => {
    const db = await open(t, ['rows'])

    db.transactSync(() => db.table('rows').put([-0], 'zero'))

    assert.equal(db.table('rows').get([0]), 'zero')
    assert.deepEqual(db.table('rows').range()[0]?.key, [0])
  })

  test('a key that is too large is refused, and the transaction with it', async (t) => {
    const db = await open(t, ['rows'])
    const rows = db.table('rows')
    const refusal = { code: 'DRAMATIS_KEY_TOO_LARGE', table: 'rows', bytesMax: keyBytesMax }

    for (const key of [
      ['x'.repeat(5_000)],
      ['ä'.repeat(950)],
      Array(2_000).fill(1) as number[],
      Array(2_000).fill(null) as null[],
    ]) {
      assert.throws(
        () =>
          db.transactSync(() => {
            rows.put(['a'], 1)
            rows.put(key, 1)
          }),
        refusal,
      )
    }

    assert.equal(rows.count(), 0)
    db.transactSync(() => rows.put(['x'.repeat(keyBytesMax - 2)], 1))
    assert.equal(rows.count(), 1)
  })
}

function rangeTests(open: OpenTables): void {
  const keys: readonly TableKey[] = [
    ['a'],
    ['a', 1],
    ['a', 2],
    ['a', 2, 'x'],
    ['a', 3],
    ['ab', 1],
    ['b', 1],
  ]
  const openFilled = async (t: TestContext): Promise<TableDatabase> => {
    const db = await open(t, ['rows'])
    db.transactSync(() => {
      for (const key of keys) db.table('rows').put(key, key.length)
    })
    return db
  }

  test('a range takes a prefix, a place to start behind, a direction and a limit', async (t) => {
    const rows = (await openFilled(t)).table('rows')
    const found = (options: Parameters<typeof rows.range>[0]): unknown[] =>
      rows.range(options).map((entry) => keys.findIndex((key) => String(key) === String(entry.key)))

    assert.deepEqual(found({}), [0, 1, 2, 3, 4, 5, 6])
    assert.deepEqual(found({ prefix: ['a'] }), [0, 1, 2, 3, 4])
    assert.deepEqual(found({ prefix: ['a', 2] }), [2, 3])
    assert.deepEqual(found({ prefix: ['c'] }), [])
    assert.deepEqual(found({ prefix: ['a'], after: ['a', 2] }), [3, 4])
    assert.deepEqual(found({ prefix: ['a'], after: ['a', 2], limit: 1 }), [3])
    assert.deepEqual(found({ after: ['a', 2.5] }), [4, 5, 6])
    assert.deepEqual(found({ prefix: ['b'], after: ['a', 2] }), [6])
    assert.deepEqual(found({ prefix: ['a'], after: ['b'] }), [])
    assert.deepEqual(found({ limit: 0 }), [])
    assert.deepEqual(found({ limit: 2 }), [0, 1])
    assert.deepEqual(found({ reverse: true, limit: 2 }), [6, 5])
    assert.deepEqual(found({ reverse: true, prefix: ['a'] }), [4, 3, 2, 1, 0])
    assert.deepEqual(found({ reverse: true, prefix: ['a'], after: ['a', 2, 'x'] }), [2, 1, 0])
    assert.deepEqual(found({ reverse: true, prefix: ['a'], after: ['z'] }), [4, 3, 2, 1, 0])
    assert.deepEqual(found({ reverse: true, prefix: ['b'], after: ['a'] }), [])
    assert.deepEqual(found({ reverse: true, after: ['a'] }), [])
  })

  test('a range inside a transaction sees what the transaction has done', async (t) => {
    const db = await openFilled(t)
    const rows = db.table('rows')

    const seen = db.transactSync(() => {
      rows.put(['a', 0], 0)
      rows.remove(['a', 2])
      return { rows: rows.range({ prefix: ['a'], limit: 4 }), count: rows.count() }
    })

    assert.deepEqual(
      seen.rows.map((entry) => entry.key),
      [['a'], ['a', 0], ['a', 1], ['a', 2, 'x']],
    )
    assert.equal(seen.count, keys.length)
  })
}
