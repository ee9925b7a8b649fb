/** A handler whose books cannot be written any more: it says so. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { HandlerSubscription } from '../../src/subscriptions/handler-subscription.js'
import { Books, keyOf } from './books.js'
import { until } from './until.js'

function subscribe(books: Books) {
  const { ledger, events, log, clock, random, runner } = books
  const pool = createInlinePool(runner)
  const subscription = new HandlerSubscription({
    ledger,
    events,
    log,
    pool,
    silentMs: 1_000,
    openIsolatedPool: () => createInlinePool(runner),
    clock,
    random,
    answer: async () => null,
    readHead: () => log.head,
    onParked: () => {},
  })
  const passTime = (what: string, condition: () => boolean): Promise<void> =>
    until(what, () => {
      clock.advance(10)
      return condition()
    })
  return { subscription, pool, passTime }
}

test('a trial that cannot be written down shows in the status, and its key waits', async () => {
  const books: Books = await Books.open({ ids: ['a'], handle: () => books.work.close() })
  await books.ledger.setAside([{ ...keyOf('a'), position: 1 }], 'it exited')
  const { subscription, passTime } = subscribe(books)

  subscription.start()
  await passTime('it fails', () => subscription.status().state === 'failing')

  const { handled, retryingKeys, position } = subscription.status()
  assert.deepEqual([handled, retryingKeys, position], [0, 1, 1])
  assert.equal(subscription.blockedKey(keyOf('a'))?.state, 'isolated')
})

test('a death that cannot be written down shows in the status', async () => {
  let isUnderWay = false
  const books = await Books.open({
    ids: ['a'],
    handle: () => {
      isUnderWay = true
      return new Promise(() => {})
    },
  })
  const { subscription, pool, passTime } = subscribe(books)
  subscription.start()
  await until('it is under way', () => isUnderWay)

  await books.work.close()
  await pool.close()
  await passTime('it fails', () => subscription.status().state === 'failing')

  const { position, retryingKeys } = subscription.status()
  assert.deepEqual([position, retryingKeys], [0, 0])
})
