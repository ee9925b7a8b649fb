/** A projector that hangs a real thread. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Threaded } from './threaded.js'

test('a projector that loops for ever is found, and goes on once it is mended', async (t) => {
  const work = await Threaded.open(t, 2)
  const position = await work.add('a', 'hang', 'b')
  const view = (): unknown => work.runtime.status().views[0]!.state

  await work.until('the hang was found', () => view() === 'failing')
  const [status] = work.runtime.status().views
  work.mend()
  await work.runtime.caughtUp(position, { view: 'Sums', timeoutMs: 60_000 })

  assert.match(status?.error?.message ?? '', /hung at position 2/)
  assert.equal(view(), 'running')
})
