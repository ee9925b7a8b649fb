/** What a handler still has to do for a stream is done when the stream is deleted. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Counter, recording, Workplace } from './workplace.js'

test('a parked key of a deleted stream is redriven without a delivery', async (t) => {
  let isBroken = true
  const { handler, calls } = recording({
    retry: { attemptsMax: 1 },
    handle: (event) => {
      if (isBroken && event.aggregateId === 'a') throw new Error('broken')
    },
  })
  const workplace = await Workplace.open(t, { handlers: [handler] })
  const { runtime } = workplace
  await workplace.add('a', 'a', 'b')
  await workplace.settled(handler)
  const parked = await runtime.deadLetters.list({ handler })
  const before = calls.length

  await runtime.actor(Counter, 'a').deleteStream()
  isBroken = false
  await runtime.deadLetters.redrive({ handler })
  await workplace.settled(handler)

  assert.equal(parked.entries.length, 1)
  assert.equal(calls.length, before)
  assert.deepEqual((await runtime.deadLetters.list({ handler })).entries, [])
})
