/**
 * Counts on counters while the disk fails, and goes on when it does no more.
 *
 * Says `ack` for each receipt, `failed CODE` for each command that was not acknowledged, `read EVENTS` after
 * each failure, and at last `resumed` (writes went on after a failure), `stays CODE` (they did not) or
 * `unharmed`, then `closed`. Where it cannot open, it says `refused CODE`.
 */

import { type DramatisError, openRuntime, type Runtime } from '../../../src/index.js'
import { acknowledgementLine, planCommand } from '../../crash/commands.js'
import { Counter } from '../../crash/counter.js'
import app from '../../crash/views-app.js'
import { givenOptions, say } from '../../support/say.js'

export interface SufferingOptions {
  readonly dataDir: string
  readonly life: number
  readonly rounds: number
  readonly actors: number
  /** Failures in a row after which it gives up. */
  readonly failuresMax: number
}

const { dataDir, life, rounds, actors, failuresMax } = givenOptions<SufferingOptions>()
const numbers = new Map<number, number>()
/** A code, or the text of an error that has none. */
let lastFailure: string | null = null
let failuresInARow = 0
let resumed = false

function codeOf(error: unknown): string {
  const { code, message } = error as Partial<DramatisError>
  return typeof code === 'string' && code.startsWith('DRAMATIS_') ? code : `UNTYPED ${message}`
}

async function count(runtime: Runtime, actor: number): Promise<boolean> {
  const number = (numbers.get(actor) ?? 0) + 1
  const { commandId, aggregateId, amount, parts } = planCommand({ life, actor, number })
  try {
    const counter = runtime.actor(Counter, aggregateId)
    const receipt = await counter.send('count', { amount, parts }, { commandId })
    numbers.set(actor, number)
    if (!receipt.duplicate && lastFailure !== null) resumed = true
    say(acknowledgementLine({ commandId, ...receipt }))
    return true
  } catch (error) {
    lastFailure = codeOf(error)
    say(`failed ${lastFailure}`)
    return false
  }
}

async function readAll(runtime: Runtime): Promise<void> {
  let events = 0
  for await (const _event of runtime.log.read()) events += 1
  say(`read ${events}`)
}

/** A fault that ends gets a chance to be over. */
function isWorthAnother(round: number): boolean {
  return failuresInARow === 0 ? round < rounds : failuresInARow < failuresMax
}

async function suffer(runtime: Runtime): Promise<void> {
  for (let round = 0; isWorthAnother(round); round++) {
    const sent = Array.from({ length: actors }, (_each, actor) => count(runtime, actor))
    const went = await Promise.all(sent)
    failuresInARow = went.every(Boolean) ? 0 : failuresInARow + 1
    if (failuresInARow > 0) await readAll(runtime)
  }
  if (lastFailure === null) say('unharmed')
  else say(resumed ? 'resumed' : `stays ${lastFailure}`)
}

process.on('unhandledRejection', (error) => say(`unhandled ${codeOf(error)}`))
let runtime: Runtime | null = null
try {
  runtime = await openRuntime({ app, dataDir, workers: 'inline' })
} catch (error) {
  say(`refused ${codeOf(error)}`)
}
if (runtime !== null) {
  say('opened')
  await suffer(runtime)
  await runtime.close()
  say('closed')
}
