/**
 * Opens a directory whose view was made by an older version, again and again, until it is killed.
 *
 * Says `serving VERSION EVENTS` (what queries saw at once), `filling POSITION` whenever that has moved, and
 * `swapped EVENTS` when the rows of the new version serve.
 */

import { openRuntime } from '../../../src/index.js'
import { everyRow } from '../../support/every-page.js'
import { givenOptions, say } from '../../support/say.js'
import { RaisedTotals } from '../slow-app-raised.js'

export interface RaisingOptions {
  readonly dataDir: string
}

const { dataDir } = givenOptions<RaisingOptions>()
const app = new URL('../slow-app-raised.js', import.meta.url)
const runtime = await openRuntime({ app, dataDir, workers: 1 })
say(`serving ${versionServed()} ${await countEvents()}`)
// Where the new rows serve already, this would be another rebuild.
if (versionServed() === 1) {
  const onProgress = ({ position }: { position: number }): void => say(`filling ${position}`)
  await runtime.rebuild(RaisedTotals, { onProgress })
}
await runtime.caughtUp(runtime.log.head, { view: RaisedTotals, timeoutMs: 60_000 })
say(`swapped ${await countEvents()}`)
// Until it is killed.
setInterval(() => {}, 1_000)

function versionServed(): number {
  return runtime.view(RaisedTotals).status().versionServed
}

async function countEvents(): Promise<number> {
  const rows = await everyRow(runtime.view(RaisedTotals))
  return rows.reduce((sum, row) => sum + row.events, 0)
}
