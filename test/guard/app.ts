/**
 * What counted threads run: a view of a thousand counters, and a handler that does nothing.
 */

import { type AppDefinition, defineApp, defineHandler } from 'dramatis'
import { Counter } from '../../bench/programs/counter.js'
import { Totals } from '../../bench/programs/totals.js'

export const nothing = defineHandler('nothing', { from: [Counter], on: { Added: () => {} } })

const app: AppDefinition = defineApp({
  actors: [Counter],
  projectors: [Totals],
  handlers: [nothing],
})

export default app
