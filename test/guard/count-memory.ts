/**
 * Counts the bytes that rounds of commands allocate.
 *
 * Runs in a process of its own, with a young generation so large that nothing is collected in between, which it
 * checks, and on one thread, so that code is optimised at the same places every time: then the heap grows by the
 * same bytes in each run.
 */

import assert from 'node:assert/strict'
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openRuntime } from 'dramatis'
import app from '../../bench/programs/counter.js'
import { actors } from '../../bench/programs/program.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import { givenOptions, say } from '../support/say.js'
import { createRounds } from './rounds.js'

export interface MemoryOptions {
  readonly dataDir: string
  /** Rounds before those that are counted, in which code is optimised. */
  readonly warmUpRounds: number
  readonly rounds: number
}

const msPerRound = 10

const { dataDir, warmUpRounds, rounds } = givenOptions<MemoryOptions>()
// A new millisecond takes a new id: with a real clock a busy machine allocates more.
const clock = new ManualClock()
const random = createSeededRandom(1)
const runtime = await openRuntime({ app, dataDir, workers: 'inline', clock, random })
const sendRound = createRounds(runtime)

async function round(): Promise<void> {
  clock.advance(msPerRound)
  await sendRound()
}

for (let done = 0; done < warmUpRounds; done++) await round()

globalThis.gc!()
let collections = 0
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length
})
observer.observe({ entryTypes: ['gc'] })
const before = process.memoryUsage()
for (let done = 0; done < rounds; done++) await round()
const after = process.memoryUsage()
// Collections are told a turn later.
await nextTurn()
await nextTurn()
assert.equal(collections, 0, 'a collection took place: what it took away was not counted')

await runtime.close()
const commands = rounds * actors
say(
  JSON.stringify({
    'heap bytes': (after.heapUsed - before.heapUsed) / commands,
    'buffer bytes': (after.arrayBuffers - before.arrayBuffers) / commands,
  }),
)
