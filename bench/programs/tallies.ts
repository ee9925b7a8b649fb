/**
 * A view of the counters without any index: a row for each, changed by every event.
 */

import { type AppDefinition, defineApp, defineProjector, rowType } from 'dramatis'
import { Counter } from './counter.js'

export interface Tally {
  readonly events: number
  readonly cents: number
  readonly note: string
}

export const Tallies = defineProjector('Tallies', {
  version: 1,
  from: [Counter],
  row: rowType<Tally>(),
  on: {
    Added: ({ aggregateId, data }, view) =>
      view.upsert(aggregateId, (row) => ({
        events: (row?.events ?? 0) + 1,
        cents: (row?.cents ?? 0) + data.amountCents,
        note: data.note,
      })),
  },
})

const app: AppDefinition = defineApp({ actors: [Counter], projectors: [Tallies] })

export default app
