/**
 * The counters with a view and a handler that follow them.
 */

import { type AppDefinition, defineApp } from 'dramatis'
import { Counter } from './counter.js'
import { idle } from './idle-handler.js'
import { Tallies } from './tallies.js'

const app: AppDefinition = defineApp({
  actors: [Counter],
  projectors: [Tallies],
  handlers: [idle],
})

export default app
