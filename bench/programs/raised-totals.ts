/**
 * The view of some rows with its version raised: what a store that has the version before is opened with, to
 * have its rows built anew.
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { Counter } from './counter.js'
import { SomeTotals, someTotals, type TotalsDefinition } from './totals.js'

export const RaisedTotals: TotalsDefinition = someTotals(SomeTotals.version + 1)

/** With the version before. */
export const appBefore: AppDefinition = defineApp({ actors: [Counter], projectors: [SomeTotals] })

const app: AppDefinition = defineApp({ actors: [Counter], projectors: [RaisedTotals] })

export default app
