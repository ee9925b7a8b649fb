/** A turn of a projector, piece by piece. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UpcastTable } from '../../src/events/upcasting.js'
import { defineProjector, rowType } from '../../src/index.js'
import { Flight } from '../../src/subscriptions/flight.js'
import { runProjectTask } from '../../src/subscriptions/project-task.js'
import { SubscribedEvents } from '../../src/subscriptions/subscribed-events.js'
import { Books } from './books.js'
import { Counter } from './workplace.js'

test('a turn lets other work of its thread in between two pieces', async () => {
  const count = 9_000
  let others = 0
  const seen = new Map<number, number>()
  const Sums = defineProjector('Sums', {
    version: 1,
    from: [Counter],
    row: rowType<{ sum: number }>(),
    on: {
      Added: ({ aggregateId, position }, view) => {
        seen.set(position, others)
        view.upsert(aggregateId, (row) => ({ sum: (row?.sum ?? 0) + 1 }))
      },
    },
  })
  const ids = Array.from({ length: count }, (_each, at) => `c${at % 10}`)
  const { log, clock, rows: database } = await Books.open({ ids })
  const events = new SubscribedEvents(new UpcastTable([Counter]), Sums)
  setImmediate(() => {
    others++
  })

  const outcome = await runProjectTask(
    { projector: Sums, events, database, log, clock },
    {
      task: 'project',
      projector: 'Sums',
      directory: 'Sums@1',
      to: null,
      eventsMax: null,
      budgetMs: 100,
      flight: Flight.allocate(1),
    },
  )

  assert.deepEqual([outcome.cursor, outcome.events, outcome.failure], [count, count, null])
  assert.deepEqual([seen.get(1), seen.get(count), seen.size], [0, 1, count])
  assert.deepEqual(database.table('rows').get(['c0']), { sum: 900 })
})
