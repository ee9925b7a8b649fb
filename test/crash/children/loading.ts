/**
 * Keeps counters busy until it is killed: several commands in flight for each, every receipt said.
 *
 * Says `opening`, `opened EPOCH`, `under way` after the first receipt, and one `ack` per receipt.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { createSeededRandom } from '../../../src/base/random.js'
import { openRuntime } from '../../../src/index.js'
import { givenOptions, say } from '../../support/say.js'
import { acknowledgementLine, planCommand } from '../commands.js'
import { Counter } from '../counter.js'

export interface LoadingOptions {
  readonly dataDir: string
  readonly workers: number | 'inline'
  readonly life: number
  readonly seed: number
  readonly actors: number
  /** Commands under way for each actor. */
  readonly inFlight: number
}

/** Longest pause of a sender between two commands. */
const pauseMsMax = 8

const { dataDir, workers, life, seed, actors, inFlight } = givenOptions<LoadingOptions>()
const random = createSeededRandom(seed)
say('opening')
const runtime = await openRuntime({
  app: new URL('../app.js', import.meta.url),
  dataDir,
  workers,
})
say(`opened ${runtime.status().store.epoch}`)
let isUnderWay = false
for (let actor = 0; actor < actors; actor++) {
  const sender = createSender(actor)
  for (let lane = 0; lane < inFlight; lane++) void sendForEver(sender)
}

/** Sends the next command of an actor and says its receipt. */
function createSender(actor: number): () => Promise<void> {
  let last = 0
  return async () => {
    const { commandId, aggregateId, amount, parts } = planCommand({ life, actor, number: ++last })
    const counter = runtime.actor(Counter, aggregateId)
    const receipt = await counter.send('count', { amount, parts }, { commandId })
    say(acknowledgementLine({ commandId, ...receipt }))
    if (!isUnderWay) say('under way')
    isUnderWay = true
  }
}

async function sendForEver(send: () => Promise<void>): Promise<never> {
  for (;;) {
    await send()
    await pause(Math.floor(random.next() * pauseMsMax))
  }
}
