/**
 * What the rebuild benchmark builds: a view of the counters, with one index.
 */

import { type AppDefinition, defineApp, defineProjector, rowType } from 'dramatis'
import { Counter } from './counter.js'

export interface Total {
  readonly events: number
  readonly cents: number
  readonly note: string
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
        note: data.note,
      })),
  },
})

const app: AppDefinition = defineApp({ actors: [Counter], projectors: [Totals] })

export default app
