/**
 * A handler that does nothing: what remains is what keeping its place takes.
 */

import { type AppDefinition, defineApp, defineHandler } from 'dramatis'
import { Counter } from './counter.js'

export const idle = defineHandler('idle', { from: [Counter], on: { Added: () => {} } })

const app: AppDefinition = defineApp({ actors: [Counter], handlers: [idle] })

export default app
