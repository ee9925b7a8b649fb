/** Where streams end, kept in few bytes: of many streams as of few. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashText } from '../../../../src/base/hash.js'
import { type ChainEnd, StreamChains } from '../../../../src/store/lmdb/verify/stream-chains.js'

const streamIds = Array.from({ length: 5_000 }, (_each, at) => `Account-${at}`)

function endOf(at: number, version = 1): ChainEnd {
  return { version, position: at * 2 ** 20 + version, index: at - 1, state: at % 3 }
}

test('every one of many streams is found where it was moved to last, and no other is', () => {
  const chains = new StreamChains()
  for (const version of [1, 2]) {
    for (const [at, streamId] of streamIds.entries()) {
      chains.set(streamId, hashText(streamId), endOf(at, version))
    }
  }

  for (const [at, streamId] of streamIds.entries()) {
    const slot = chains.find(streamId, hashText(streamId))
    assert.deepEqual(chains.endAt(slot), endOf(at, 2))
  }
  assert.equal(chains.size, streamIds.length)
  assert.equal(chains.find('Account-none', hashText('Account-none')), -1)
})

test('those whose heads were not found are left, also of so many that there came to be more room', () => {
  const chains = new StreamChains()
  const [early, late] = [streamIds.slice(0, 600), streamIds.slice(600)]
  const add = (ids: readonly string[], from: number): void => {
    for (const [at, streamId] of ids.entries()) {
      chains.set(streamId, hashText(streamId), endOf(from + at))
    }
  }
  add(early, 0)
  for (const streamId of early) chains.markSeen(chains.find(streamId, hashText(streamId)))
  add(late, 600)
  for (const streamId of late.slice(1)) chains.markSeen(chains.find(streamId, hashText(streamId)))

  assert.deepEqual([...chains.unseen()], [endOf(600)])
})
