/** Who of LMDB's readers is furthest behind. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oldestOf } from '../../../src/store/lmdb/read-readers.js'

const slot = (pid: number, transaction: number | null) => ({ pid, transaction })

test('the oldest reader holds the lowest transaction, wherever it stands among the slots', () => {
  const oldest = { pid: 2, transaction: 5, behind: 4 }

  assert.deepEqual(oldestOf([slot(1, 7), slot(2, 5), slot(3, 9)], 9), oldest)
  assert.deepEqual(oldestOf([slot(2, 5), slot(1, 7), slot(3, 5)], 9), oldest)
})

test('who reads nothing is no oldest reader, and nobody is ahead of what was written', () => {
  assert.equal(oldestOf([slot(1, null), slot(2, null)], 9), null)
  assert.deepEqual(oldestOf([slot(1, null), slot(2, 12)], 9), {
    pid: 2,
    transaction: 12,
    behind: 0,
  })
})
