/**
 * A process that brings actors in, by one command each, and tells what memory they take, as JSON.
 *
 * Needs `--expose-gc`. Arguments: a data directory, then how many actors are to be in memory, rising. Memory
 * is looked at when all of them are idle and everything that nobody holds is collected. What the first
 * thousand take is left out: with them comes everything that is there once.
 */

import { exactly } from '../suite/exactly.js'
import { type ProcessMemory, readProcessMemory } from '../suite/process-memory.js'
import { openCounterLanes } from './counter-lanes.js'
import { payload } from './program.js'

/** Bytes. */
export interface Residence {
  /** What an actor takes, by how many there are; its state included. */
  readonly perActor: readonly { readonly actors: number; readonly bytes: number }[]
  /** What the state alone takes. */
  readonly state: number
  /** Of the whole process, with all actors in memory: by itself, and pages of files that are mapped. */
  readonly process: ProcessMemory
}

const firstActors = 1_000
const idleMs = 2_147_483_647

const [dataDir, ...counts] = process.argv.slice(2)
const sizes = counts.map(Number)
if (dataDir === undefined || sizes.length === 0) {
  throw new Error('expected a data directory and numbers of actors')
}
if (gc === undefined) throw new Error('expected --expose-gc')

const state = stateBytes(100_000)
const actorsMax = firstActors + sizes.at(-1)!
// No time is taken: nothing has to wait for the disk.
const counters = await openCounterLanes(dataDir, { actorsMax, idleMs }, 1_000, 'commit')
let resident = 0
await bringIn(firstActors)
const heapBefore = heapBytes()
const perActor: { actors: number; bytes: number }[] = []
for (const actors of sizes) {
  await bringIn(firstActors + actors)
  perActor.push({ actors, bytes: (heapBytes() - heapBefore) / actors })
}
const memory = readProcessMemory()
await counters.close()
const residence: Residence = { perActor, state, process: memory }
console.log(JSON.stringify(residence))

async function bringIn(actors: number): Promise<void> {
  await counters.send(Array.from({ length: actors - resident }, (_each, at) => resident + at))
  resident = actors
  exactly('actors in memory', counters.resident(), actors)
}

/** The same states that actors have, and nothing else. */
function stateBytes(count: number): number {
  const states = new Array<unknown>(count).fill(null)
  const before = heapBytes()
  for (let at = 0; at < count; at++) {
    states[at] = Object.freeze({ count: 1, totalCents: payload.amountCents })
  }
  const bytes = heapBytes() - before
  exactly('states', states.length, count)
  return bytes / count
}

function heapBytes(): number {
  gc!()
  return process.memoryUsage().heapUsed
}
