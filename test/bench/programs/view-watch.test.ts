/**
 * When a view shows what was sent.
 */

import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { ViewWatch } from '../../../bench/programs/view-watch.js'
import { onEnd } from '../../support/scope.js'

function batchOf(subscription: string, position: number): void {
  channel('dramatis:batch').publish({ subscription, position })
}

test('an event is shown by the batch that reaches it, of that view alone', (t) => {
  const watch = new ViewWatch('Totals', 10, 3)
  onEnd(t, () => watch.close())
  for (const position of [11, 12, 13]) watch.recorded(position, performance.now())

  batchOf('Others', 13)
  assert.equal(watch.latencies.count, 0)

  batchOf('Totals', 12)
  assert.equal(watch.latencies.count, 2)
})

test('a receipt that comes after its batch counts, and counts once', (t) => {
  const watch = new ViewWatch('Totals', 10, 2)
  onEnd(t, () => watch.close())

  batchOf('Totals', 12)
  watch.recorded(11, performance.now())
  watch.recorded(12, performance.now())
  batchOf('Totals', 12)

  assert.equal(watch.latencies.count, 2)
})
