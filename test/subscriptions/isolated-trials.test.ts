/** When suspects are tried: not before their pump has passed them, and again when that was in vain. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsolatedTrials } from '../../src/subscriptions/isolated-trials.js'
import { Books, keyOf } from './books.js'
import { turns } from './until.js'

/** A suspect at position 1, and trials whose deliveries do what the test says. */
async function setUp(deliver: () => Promise<void>) {
  const { ledger, clock } = await Books.open({ ids: ['a'] })
  await ledger.setAside([{ ...keyOf('a'), position: 1 }], 'it exited')
  const ends: unknown[] = []
  const onEnd = (error: unknown): void => void ends.push(error)
  const trials = new IsolatedTrials({ ledger, clock, deliver, onEnd })
  const [waiting] = ledger.waiting.values()
  const pass = (): Promise<void> =>
    ledger.apply({ sequence: 1, cursors: [[0, 1]], handled: 0, retried: 0, changes: [] })
  return { trials, waiting: waiting!, ends, clock, pass }
}

test('a suspect is tried once its pump has passed it', async () => {
  let tried = 0
  const { trials, waiting, ends, clock, pass } = await setUp(async () => {
    tried++
  })

  trials.begin([waiting])
  await turns()
  const before = tried
  await pass()
  clock.advance(20)
  await trials.settled()

  assert.deepEqual([before, tried, ends], [0, 1, [null]])
})

test('a suspect that waits for its pump when its handler stops is not tried', async () => {
  let tried = 0
  const { trials, waiting, ends, clock } = await setUp(async () => {
    tried++
  })
  trials.begin([waiting])

  trials.stop()
  clock.advance(20)
  await trials.settled()

  assert.deepEqual([tried, ends], [0, [null]])
})

test('a trial that cannot be written down says so, and its key can be handed out again', async () => {
  const full = new Error('the disk is full')
  const { trials, waiting, ends, clock, pass } = await setUp(() => Promise.reject(full))
  await pass()

  trials.begin([waiting])
  await turns()
  const whileItPauses = [waiting.handed, ...ends]
  clock.advance(100)
  await trials.settled()

  assert.deepEqual(whileItPauses, [true])
  assert.deepEqual([waiting.handed, ends], [false, [full]])
})
