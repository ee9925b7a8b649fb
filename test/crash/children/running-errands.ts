/**
 * One life of a process that does something of everything, once, and closes.
 *
 * What it does has ids of this life, so that every life comes past the same places, whatever the ones before
 * left behind. Says `opening`, `opened EPOCH`, an `ack` per counted command, `forgotten ID` per person, and
 * `done`.
 */

import { openRuntime } from '../../../src/index.js'
import { givenOptions, say } from '../../support/say.js'
import { acknowledgementLine, planCommand } from '../commands.js'
import { Counter } from '../counter.js'
import { carry, claimAndTake, forget, ring, runErrand } from '../errands.js'
import app from '../errands-app.js'
import { Member } from '../members.js'

export interface RunningErrandsOptions {
  readonly dataDir: string
  readonly life: number
}

const counters = 4
const commandsPerCounter = 5
const timeoutMs = 60_000
/** No life takes as long. Milliseconds. */
const lifeMsMax = 100_000

// Whoever hangs ends, and is heard of, even where nobody is left who would kill it.
setTimeout(() => {
  throw new Error(`life ${life} hangs`)
}, lifeMsMax).unref()

const { dataDir, life } = givenOptions<RunningErrandsOptions>()
say('opening')
const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
say(`opened ${runtime.status().store.epoch}`)
const id = `${life}`
await Promise.all([count(), claimAndIndex()])
await ring(runtime, id)
await runErrand(runtime, id, 'redriven')
await runErrand(runtime, id, 'discarded')
await carry(runtime, id)
await forget(runtime, `p${id}`)
say(`forgotten p${id}`)
const { head } = runtime.log
for (const view of app.projectors) await runtime.caughtUp(head, { view, timeoutMs })
await runtime.caughtUp(head, { handler: 'noting', timeoutMs })
await runtime.close()
say('done')

async function count(): Promise<void> {
  const sent = Array.from({ length: counters }, (_each, actor) =>
    Array.from({ length: commandsPerCounter }, async (_one, at) => {
      const { commandId, aggregateId, amount, parts } = planCommand({ life, actor, number: at + 1 })
      const counter = runtime.actor(Counter, aggregateId)
      const receipt = await counter.send('count', { amount, parts }, { commandId })
      say(acknowledgementLine({ ...receipt, commandId }))
    }),
  )
  await Promise.all(sent.flat())
}

/** Names and seats, and their indexes made anew. */
async function claimAndIndex(): Promise<void> {
  await claimAndTake(runtime, id)
  await runtime.claims.rebuild(Member)
  await runtime.reindexTags()
}
