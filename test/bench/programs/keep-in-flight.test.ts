/**
 * A set number on their way.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepInFlight } from '../../../bench/programs/keep-in-flight.js'

test('each is sent once, with as many on their way as were asked for and never more', async () => {
  const sent: number[] = []
  let inFlight = 0
  let most = 0

  await keepInFlight(10, 4, async (at) => {
    sent.push(at)
    most = Math.max(most, ++inFlight)
    await new Promise(setImmediate)
    inFlight--
  })

  assert.deepEqual(sent, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.equal(most, 4)
})
