/** Which heads are kept: those that were used last, and no more than there is room for. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeadCache } from '../../src/store/head-cache.js'
import type { ChainHead } from '../../src/store/log-storage.js'

const head: ChainHead = { version: 1, position: 1, index: 0, state: 'open' }

test('a head that is asked for stays, and one that nobody asks for goes', () => {
  const cache = new HeadCache(4)
  for (const streamId of ['used', 'unused']) cache.set(streamId, head)

  assert.equal(cache.get('used'), head)
  cache.set('new', head)

  const kept = ['used', 'unused', 'new'].filter((streamId) => cache.get(streamId) === head)
  assert.deepEqual(kept, ['used', 'new'])
})
