/**
 * Counts what rounds of commands write, and what threads say to each other because of them.
 *
 * Runs in a process of its own, started with `preload.cjs`. Says `counting` before the first counted round, `counted`
 * after the last one, and then what it counted. Before that is a round in which actors become resident, tables get
 * their first pages, and threads load their code.
 */

import { openRuntime } from 'dramatis'
import counterApp from '../../bench/programs/counter.js'

import { givenOptions, say } from '../support/say.js'
import { nothing, Totals } from './app.js'
import { readCounters } from './counters.js'
import { environments } from './counting-lmdb.js'
import { createRounds } from './rounds.js'

export interface CountOptions {
  readonly dataDir: string
  readonly rounds: number
  /** Whether a view and a handler on a worker thread get through each round before the next one. */
  readonly hasSubscriptions: boolean
}

/** For machines that are busy with other things. Milliseconds. */
const timeoutMs = 120_000

const { dataDir, rounds, hasSubscriptions } = givenOptions<CountOptions>()
const runtime = await openRuntime(
  hasSubscriptions
    ? { app: new URL('./app.js', import.meta.url), dataDir, workers: 1 }
    : { app: counterApp, dataDir, workers: 'inline' },
)

const sendRound = createRounds(runtime)

async function round(): Promise<void> {
  await sendRound()
  if (!hasSubscriptions) return
  const { head } = runtime.log
  await runtime.caughtUp(head, { view: Totals, timeoutMs })
  await runtime.caughtUp(head, { handler: nothing, timeoutMs })
}

/** By the number of the last one: LMDB gives a number to each that changes something. */
function transactions(): readonly (readonly [string, number])[] {
  return [...environments].map(([kind, environment]) => {
    environment.resetReadTxn()
    const { lastTxnId } = environment.getStats() as { readonly lastTxnId: number }
    return [`${kind} transactions`, lastTxnId]
  })
}

function readAll(): ReadonlyMap<string, number> {
  return new Map([...readCounters(), ...transactions()])
}

await round()
const before = readAll()
say('counting')
for (let done = 0; done < rounds; done++) await round()
say('counted')
const counted = [...readAll()].map(([name, value]) => [name, value - before.get(name)!])
await runtime.close()
say(JSON.stringify(Object.fromEntries(counted)))
