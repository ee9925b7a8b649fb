/**
 * What every compared program is given to do.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accounts,
  assertValid,
  driveLanes,
  evolve,
  payload,
} from '../../../bench/comparison/workload.js'
import { yieldToEventLoop } from '../../../src/base/signal.js'

test('each account gets as many commands as every other, and one at a time', async () => {
  for (const inFlight of [1, 8, accounts]) {
    const received = new Array<number>(accounts).fill(0)
    const busy = new Set<number>()
    let mostBusy = 0

    await driveLanes(2 * accounts, inFlight, async (account) => {
      assert.ok(!busy.has(account), `account ${account} has one on its way already`)
      busy.add(account)
      mostBusy = Math.max(mostBusy, busy.size)
      received[account]!++
      await (inFlight === 1 ? Promise.resolve() : yieldToEventLoop())
      busy.delete(account)
    })

    assert.equal(mostBusy, inFlight)
    assert.deepEqual(new Set(received), new Set([2]))
  }
})

test('a command that is refused fails the run', async () => {
  const refused = new Error('refused')

  await assert.rejects(
    driveLanes(accounts, 10, async (account) => {
      if (account === 17) throw refused
    }),
    refused,
  )
})

test('numbers that would leave some accounts with more than others are refused', async () => {
  const send = async (): Promise<void> => {}

  await assert.rejects(driveLanes(accounts + 1, 1, send), RangeError)
  await assert.rejects(driveLanes(accounts, 3, send), RangeError)
})

test('the payload is about a hundred bytes, passes the checks, and what breaks a rule does not', () => {
  const bytes = JSON.stringify(payload).length
  assert.ok(bytes >= 90 && bytes <= 130, `${bytes} bytes`)
  assert.deepEqual(evolve({ count: 1, totalCents: 5 }, payload), { count: 2, totalCents: 12_350 })

  assert.doesNotThrow(() => assertValid(payload))
  assert.throws(() => assertValid({ ...payload, amountCents: -1 }), TypeError)
  assert.throws(() => assertValid({ ...payload, amountCents: 0.5 }), TypeError)
  assert.throws(() => assertValid({ ...payload, note: 'x'.repeat(201) }), TypeError)
})
