/** The books of a handler. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { awaitedKey, keysGoal } from '../../src/subscriptions/goals.js'
import { Books, failed, keyOf } from './books.js'

test('a key whose parking is written down twice is parked once', async () => {
  const books = await Books.open({ ids: ['a', 'b'] })

  await books.report(1, failed('a', 1, 'park'))
  await books.report(2, failed('a', 1, 'park'), failed('b', 2, 'park'))

  assert.equal(books.ledger.parked, 2)
  assert.deepEqual(books.ledger.parkedKeys(), [keyOf('a'), keyOf('b')])
})

test('a suspect is not caught up with, nor is what stands before it', async () => {
  const { ledger, definition } = await openSuspect()
  const goal = keysGoal(ledger, [awaitedKey(definition, 'Counter-a', 2)])
  const early = keysGoal(ledger, [awaitedKey(definition, 'Counter-a', 1)])
  await ledger.apply({ ...nothing, cursors: [[0, 3]] })

  assert.deepEqual([goal.look(), early.look()], [false, false])
  assert.match(goal.timedOut(5).message, /position 2 within 5 ms, found it at 0/)
})

const nothing = { sequence: 1, handled: 0, retried: 0, changes: [] }

/** Event 1 of a key waits for a retry, and event 2 killed its thread. */
async function openSuspect(): Promise<Books> {
  const books = await Books.open({ ids: ['a', 'a', 'b'] })
  await books.report(1, failed('a', 1, 'later'))
  await books.ledger.setAside([{ ...keyOf('a'), position: 2 }], 'it exited')
  return books
}
