/**
 * Counters with a view that takes its time, so that a rebuild can be caught in the middle.
 */

import {
  type AppDefinition,
  defineApp,
  defineProjector,
  type ProjectorDefinition,
  rowType,
} from '../../src/index.js'
import { Counter, type TotalRow, Totals } from './counter.js'

/** How long one event takes. Milliseconds. */
const eventMs = 0.04

const count = Totals.on.Counted!

/** {@link Totals}, slowly. */
export const SlowTotals: ProjectorDefinition<'SlowTotals', TotalRow, 'bySum' | 'odd'> =
  defineProjector('SlowTotals', {
    version: 1,
    from: [Counter],
    row: rowType<TotalRow>(),
    indexes: Totals.indexes as { bySum: (row: TotalRow) => [number]; odd: () => null },
    on: {
      Counted: (event, view) => {
        const untilMs = performance.now() + eventMs
        while (performance.now() < untilMs);
        count(event, view)
      },
    },
  })

const app: AppDefinition = defineApp({ actors: [Counter], projectors: [SlowTotals] })

export default app
