/** The same counters and views without handlers, for looking at what a crash left behind. */

import { type AppDefinition, defineApp } from '../../src/index.js'
import { Counter, Newest, Totals } from './counter.js'

const app: AppDefinition = defineApp({ actors: [Counter], projectors: [Totals, Newest] })

export default app
