/**
 * Tries to open a directory. Says `opened EPOCH` and stays, or `refused CODE OWNER_PID` and ends.
 */

import { openRuntime, StoreLockedError } from '../../../src/index.js'
import { givenOptions, say } from '../../support/say.js'

export interface OpeningOptions {
  readonly dataDir: string
}

const { dataDir } = givenOptions<OpeningOptions>()
try {
  const app = new URL('../views-app.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  say(`opened ${runtime.status().store.epoch}`)
} catch (error) {
  if (!(error instanceof StoreLockedError)) throw error
  say(`refused ${error.code} ${error.ownerPid}`)
}
