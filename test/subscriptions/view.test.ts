/** A view whose turns never end: it is closed all the same. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { defineProjector, rowType } from '../../src/index.js'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import { View } from '../../src/subscriptions/view.js'
import { viewTables } from '../../src/subscriptions/view-keys.js'
import { WorkStore, workTables } from '../../src/subscriptions/work-store.js'
import { turns } from './until.js'
import { Counter } from './workplace.js'

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ sum: number }>(),
  on: {},
})

/** A view of a log whose head the test sets, on threads that hang at every turn. */
async function openHanging() {
  const clock = new ManualClock()
  const log = { head: 0 }
  const view = await View.open({
    projector: Sums,
    work: new WorkStore(openMemoryTables(workTables)),
    databases: {
      open: async () => openMemoryTables(viewTables),
      list: async () => [],
      remove: async () => {},
    },
    pool: createInlinePool(() => new Promise(() => {})),
    clock,
    readHead: () => log.head,
  })
  return { view, clock, log }
}

test('closing ends a turn that takes too long', async () => {
  const { view, clock, log } = await openHanging()
  log.head = 5
  view.start()

  const closed = view.close(1_000)
  await turns()
  clock.advance(1_000)
  await closed

  assert.match(view.status().error?.message ?? '', /closing took too long/)
})

test('closing ends a rebuild whose turn takes too long', async () => {
  const { view, clock, log } = await openHanging()
  log.head = 5
  const failed = assert.rejects(view.rebuild(), (error: Error) => {
    assert.equal((error.cause as Error).message, 'closing took too long')
    return true
  })
  await turns()

  const closed = view.close(1_000)
  await turns()
  clock.advance(1_000)

  await Promise.all([failed, closed])
})

test('rows that are built only to be compared are rows of the view meanwhile', async () => {
  const { view, clock } = await openHanging()
  const before = view.directories
  const verifying = view.verify()
  let meanwhile = view.directories
  for (let turn = 0; meanwhile.length === 1 && turn < 1_000; turn++) {
    await null
    meanwhile = view.directories
  }
  await verifying
  await view.close(1_000)

  assert.deepEqual(before, ['Sums@1'])
  assert.deepEqual(meanwhile, ['Sums@1', 'Sums@1.1'])
  assert.deepEqual(view.directories, ['Sums@1'])
  assert.equal(clock.pending, 0)
})
