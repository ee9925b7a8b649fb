/**
 * A process that opens the store it is given, sends one command, and tells how long each took, as JSON.
 *
 * Arguments: the data directory, the number of the actor, and `inline` for no worker threads.
 */

import { openRuntime } from 'dramatis'
import { exactly } from '../suite/exactly.js'
import { Counter } from './counter.js'
import { counterId } from './fill-store.js'
import { payload } from './program.js'

/** Milliseconds. */
export interface Opening {
  /** Of the process until its modules were loaded. */
  readonly startMs: number
  /** Of `openRuntime`. */
  readonly openMs: number
  /** From the call of `openRuntime` to the receipt of the first command. */
  readonly firstMs: number
}

const startMs = performance.now()
const [dataDir, actor, workers] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('expected a data directory and the number of an actor')

const app = new URL('./counter.js', import.meta.url)
const options = workers === 'inline' ? ({ workers } as const) : {}
const runtime = await openRuntime({ app, dataDir, ...options })
const openMs = performance.now() - startMs
const before = runtime.status().store.head
const receipt = await runtime.actor(Counter, counterId(Number(actor))).send('add', payload)
const firstMs = performance.now() - startMs
exactly('position of the first event', receipt.position, before + 1)
await runtime.close()
const opening: Opening = { startMs, openMs, firstMs }
console.log(JSON.stringify(opening))
