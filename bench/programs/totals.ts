/**
 * What the rebuild benchmark builds: views of the counters with few rows, some, and many.
 *
 * The rows of few and of many change in turns, and have an index. Those of some belong to every ten thousandth
 * actor and have none.
 */

import {
  type AppDefinition,
  defineApp,
  defineProjector,
  type ProjectorDefinition,
  rowType,
} from 'dramatis'
import { Counter } from './counter.js'

export interface Total {
  readonly events: number
  readonly cents: number
  readonly note: string
}

export type TotalsDefinition = ProjectorDefinition<string, Total, string>

export const someRows = 10_000

const idStart = 'counter-'.length

export const ManyTotals: TotalsDefinition = inTurns('ManyTotals', 100_000)
export const SomeTotals: TotalsDefinition = someTotals(1)

const app: AppDefinition = defineApp({
  actors: [Counter],
  projectors: [SomeTotals, ManyTotals],
})

export default app

/** A row for every ten thousandth actor, `row-0` to `row-9999`. */
export function someTotals(version: number): TotalsDefinition {
  return defineProjector('SomeTotals', {
    version,
    from: [Counter],
    row: rowType<Total>(),
    on: {
      Added: ({ aggregateId, data }, view) =>
        view.upsert(`row-${Number(aggregateId.slice(idStart)) % someRows}`, (row) =>
          added(row, data),
        ),
    },
  })
}

function inTurns(name: string, rows: number): TotalsDefinition {
  return defineProjector(name, {
    version: 1,
    from: [Counter],
    row: rowType<Total>(),
    indexes: { byCents: (row) => [row.cents] },
    on: {
      Added: ({ position, data }, view) =>
        view.upsert(`row-${position % rows}`, (row) => added(row, data)),
    },
  })
}

function added(
  row: Total | undefined,
  { amountCents, note }: { readonly amountCents: number; readonly note: string },
): Total {
  return {
    events: (row?.events ?? 0) + 1,
    cents: (row?.cents ?? 0) + amountCents,
    note,
  }
}
