/**
 * Sends a fixed list of commands, but for those that the log has already, and says every receipt.
 *
 * Says `opened EPOCH`, `recorded COMMANDS`, one `ack` per receipt, and `done`.
 */

import { openRuntime } from '../../../src/index.js'
import { givenOptions, say } from '../../support/say.js'
import { acknowledgementLine, type PlannedCommand, planCommand } from '../commands.js'
import { Counter } from '../counter.js'

export interface ResumingOptions {
  readonly dataDir: string
  readonly workers: number | 'inline'
  readonly actors: number
  readonly commandsPerActor: number
}

/** Commands under way for each actor. */
const inFlight = 3

const { dataDir, workers, actors, commandsPerActor } = givenOptions<ResumingOptions>()
const runtime = await openRuntime({
  app: new URL('../views-app.js', import.meta.url),
  dataDir,
  workers,
})
say(`opened ${runtime.status().store.epoch}`)
const recorded = new Set<string>()
for await (const { metadata } of runtime.log.read()) recorded.add(metadata.commandId)
say(`recorded ${recorded.size}`)
await Promise.all(Array.from({ length: actors }, (_each, actor) => sendMissing(actor)))
say('done')
await runtime.close()

async function sendMissing(actor: number): Promise<void> {
  const missing = Array.from({ length: commandsPerActor }, (_each, at) =>
    planCommand({ life: 0, actor, number: at + 1 }),
  ).filter(({ commandId }) => !recorded.has(commandId))
  const lane = async (): Promise<void> => {
    for (let next = missing.shift(); next !== undefined; next = missing.shift()) await send(next)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

async function send({ commandId, aggregateId, amount, parts }: PlannedCommand): Promise<void> {
  const counter = runtime.actor(Counter, aggregateId)
  const receipt = await counter.send('count', { amount, parts }, { commandId })
  say(acknowledgementLine({ ...receipt, commandId }))
}
