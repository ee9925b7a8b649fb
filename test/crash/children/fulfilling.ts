/**
 * Fulfils one order, and dies by a signal the moment that an event of the log is durable, before anybody is
 * told so.
 *
 * Says `finished` when it was not killed before.
 */

import { subscribe } from 'node:diagnostics_channel'
import app from '../../../actors/fulfilment/orchestrated/app.js'
import { installPlan } from '../../../actors/fulfilment/outside/plan-in-force.js'
import { openRuntime } from '../../../src/index.js'
import type { CommitMessage } from '../../../src/telemetry/channels.js'
import { givenOptions, say } from '../../support/say.js'
import { fulfilOrder, type Misfortune, plans } from '../order-story.js'

export interface FulfillingOptions {
  readonly dataDir: string
  readonly misfortune: Misfortune
  /** It dies with the commit that has the n-th event recorded in its life. */
  readonly eventsMax: number
}

const { dataDir, misfortune, eventsMax } = givenOptions<FulfillingOptions>()
installPlan(plans[misfortune])
let events = 0
subscribe('dramatis:commit', (message) => {
  events += (message as CommitMessage).events
  if (events >= eventsMax) process.kill(process.pid, 'SIGKILL')
})
const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
await fulfilOrder(runtime)
await runtime.close()
say('finished')
