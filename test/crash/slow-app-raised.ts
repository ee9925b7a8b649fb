/** The slow counters after a deployment: the same view, at its next version, with one more index. */

import {
  type AppDefinition,
  defineApp,
  defineProjector,
  type ProjectorDefinition,
  rowType,
} from '../../src/index.js'
import { Counter, type TotalRow } from './counter.js'
import { SlowTotals } from './slow-app.js'

/** {@link SlowTotals}, raised. */
export const RaisedTotals: ProjectorDefinition<'SlowTotals', TotalRow, 'bySum' | 'odd' | 'byLast'> =
  defineProjector('SlowTotals', {
    version: 2,
    from: [Counter],
    row: rowType<TotalRow>(),
    indexes: {
      ...(SlowTotals.indexes as { bySum: (row: TotalRow) => [number]; odd: () => null }),
      byLast: (row) => [row.lastVersion],
    },
    on: SlowTotals.on,
  })

const app: AppDefinition = defineApp({ actors: [Counter], projectors: [RaisedTotals] })

export default app
