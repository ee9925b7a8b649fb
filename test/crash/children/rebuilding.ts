/**
 * Rebuilds a view over and over while its counters are counted on, until it is killed.
 *
 * Says `opened EPOCH`, `directories NAMES`, `serving EVENTS` (those that the rows had at once),
 * `caught up`, and then, time after time, `rebuilding`, `progress POSITION` and `rebuilt ROWS`.
 */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openRuntime } from '../../../src/index.js'
import { givenOptions, say } from '../../support/say.js'
import { acknowledgementLine, planCommand } from '../commands.js'
import { Counter } from '../counter.js'
import { SlowTotals } from '../slow-app.js'

export interface RebuildingOptions {
  readonly dataDir: string
  readonly life: number
  readonly actors: number
  /** Commands to each actor before the first rebuild. */
  readonly commandsPerActor: number
}

const { dataDir, life, actors, commandsPerActor } = givenOptions<RebuildingOptions>()
const runtime = await openRuntime({
  app: new URL('../slow-app.js', import.meta.url),
  dataDir,
  workers: 2,
})
say(`opened ${runtime.status().store.epoch}`)
say(`directories ${readdirSync(join(dataDir, 'views')).join()}`)
const { rows } = await runtime.view(SlowTotals).find()
say(`serving ${rows.reduce((sum, row) => sum + row.events, 0)}`)
let number = 0
while (number < commandsPerActor) await countAll()
await runtime.caughtUp(runtime.log.head, { view: SlowTotals, timeoutMs: 30_000 })
say('caught up')
for (;;) {
  say('rebuilding')
  const rebuilt = runtime.rebuild(SlowTotals, {
    onProgress: ({ position }) => say(`progress ${position}`),
  })
  await countAll()
  say(`rebuilt ${(await rebuilt).rows}`)
}

/** One more command for every counter. */
async function countAll(): Promise<void> {
  number += 1
  const sent = Array.from({ length: actors }, async (_each, actor) => {
    const { commandId, aggregateId, amount, parts } = planCommand({ life, actor, number })
    const counter = runtime.actor(Counter, aggregateId)
    const receipt = await counter.send('count', { amount, parts }, { commandId })
    say(acknowledgementLine({ ...receipt, commandId }))
  })
  await Promise.all(sent)
}
