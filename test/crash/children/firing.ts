/**
 * Has a timer fire, and dies by a signal the moment its command is durable, before that is written down.
 *
 * Says nothing: it is over when it is gone.
 */

import { subscribe } from 'node:diagnostics_channel'
import { openRuntime } from '../../../src/index.js'
import { givenOptions } from '../../support/say.js'
import { Tally, tallyApp } from '../tally.js'

export interface FiringOptions {
  readonly dataDir: string
}

const { dataDir } = givenOptions<FiringOptions>()
const runtime = await openRuntime({ app: tallyApp, dataDir })
subscribe('dramatis:command', () => process.kill(process.pid, 'SIGKILL'))
const command = runtime.actor(Tally, '1').command('count', { by: 1 })
await runtime.schedule('count', command, { afterMs: 0, everyMs: 24 * 3_600_000 })
