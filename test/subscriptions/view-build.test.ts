/** Rows that are built beside those that serve: how far, and what ends it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineProjector, rowType } from '../../src/index.js'
import type { RunTask } from '../../src/pool/contracts.js'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { readCursor } from '../../src/subscriptions/project-piece.js'
import { ViewBuild } from '../../src/subscriptions/view-build.js'
import { Books } from './books.js'
import { Counter } from './workplace.js'

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ sum: number }>(),
  on: {
    Added: ({ aggregateId }, view) =>
      view.upsert(aggregateId, (row) => ({ sum: (row?.sum ?? 0) + 1 })),
  },
})

/** A build over a log of thirty events. */
async function openBuild(runTask?: RunTask) {
  const ids = Array.from({ length: 30 }, () => 'a')
  const books = await Books.open({ ids, projector: Sums })
  const closing = new AbortController()
  const build = new ViewBuild({
    projector: Sums,
    pool: createInlinePool(runTask ?? books.runner),
    clock: books.clock,
    directory: 'Sums@1.1',
    database: books.rows,
    readHead: () => 30,
    closing: closing.signal,
  })
  return { build, closing, database: books.rows }
}

test('a build ends where it is told to, and not beyond', async () => {
  const { build, database } = await openBuild()

  await build.fill(() => 10)
  const filled = readCursor(database)
  await build.finish(20)

  assert.deepEqual([filled, readCursor(database)], [10, 20])
  assert.deepEqual(database.table('rows').get(['a']), { sum: 20 })
})

test('the end of a build is given up with the runtime', async () => {
  const { build, closing, database } = await openBuild()
  await build.fill(() => 10)

  closing.abort()
  const finishing = build.finish(20)

  await assert.rejects(finishing, { code: 'DRAMATIS_REBUILD_FAILED', message: /is closing/ })
  assert.equal(readCursor(database), 10)
})

test('a build whose thread is ended under it has failed', async () => {
  const { build } = await openBuild(() => new Promise(() => {}))
  const filling = build.fill(() => 10)

  build.terminate('it took too long')

  await assert.rejects(filling, (error: Error) => {
    assert.match(error.message, /its thread failed/)
    assert.equal((error.cause as Error).message, 'it took too long')
    return true
  })
})
