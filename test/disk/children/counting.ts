/**
 * Counts on counters through a few lives of a runtime, each closed in order, and ends.
 *
 * Says one `ack` per receipt. Commands are planned, so that whoever reads the log knows what they were.
 */

import { createSeededRandom } from '../../../src/base/random.js'
import { type Durability, openRuntime } from '../../../src/index.js'
import { acknowledgementLine, planCommand } from '../../crash/commands.js'
import { Counter, Totals } from '../../crash/counter.js'
import app from '../../crash/views-app.js'
import { givenOptions, say } from '../../support/say.js'

export interface CountingOptions {
  readonly dataDir: string
  readonly durability: Durability
  readonly seed: number
  readonly lives: number
  /** Times that some counters are counted on in each life. */
  readonly rounds: number
  readonly actors: number
}

const { dataDir, durability, seed, lives, rounds, actors } = givenOptions<CountingOptions>()
const random = createSeededRandom(seed)

for (let life = 1; life <= lives; life++) {
  const runtime = await openRuntime({ app, dataDir, durability, workers: 'inline' })
  const numbers = new Map<number, number>()
  const count = async (actor: number): Promise<void> => {
    const number = (numbers.get(actor) ?? 0) + 1
    numbers.set(actor, number)
    const { commandId, aggregateId, amount, parts } = planCommand({ life, actor, number })
    const counter = runtime.actor(Counter, aggregateId)
    const receipt = await counter.send('count', { amount, parts }, { commandId })
    say(acknowledgementLine({ commandId, ...receipt }))
  }
  for (let round = 0; round < rounds; round++) {
    const commands = 1 + Math.floor(random.next() * 6)
    const sent = Array.from({ length: commands }, () => count(Math.floor(random.next() * actors)))
    await Promise.all(sent)
    if (random.next() < 0.1) await runtime.caughtUp(runtime.log.head, { view: Totals })
    if (life > 1 && round === rounds / 2) await runtime.rebuild(Totals)
  }
  await runtime.close()
}
say('done')
