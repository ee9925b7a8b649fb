/**
 * What counted threads run: a view of the counters with one index, and a handler that does nothing.
 */

import { type AppDefinition, defineApp, defineHandler, defineProjector, rowType } from 'dramatis'
import { Counter } from '../../bench/programs/counter.js'

interface Total {
  readonly events: number
  readonly cents: number
}

export const Totals = defineProjector('Totals', {
  version: 1,
  from: [Counter],
  row: rowType<Total>(),
  indexes: { byCents: (row) => [row.cents] },
  on: {
    Added: ({ aggregateId, data }, view) =>
      view.upsert(aggregateId, (row) => ({
        events: (row?.events ?? 0) + 1,
        cents: (row?.cents ?? 0) + data.amountCents,
      })),
  },
})

export const nothing = defineHandler('nothing', { from: [Counter], on: { Added: () => {} } })

const app: AppDefinition = defineApp({
  actors: [Counter],
  projectors: [Totals],
  handlers: [nothing],
})

export default app
