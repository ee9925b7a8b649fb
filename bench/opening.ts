/**
 * How long does a store of ten million events take to open, and to record the first command?
 *
 * Each time in a process of its own, with the defaults, worker threads among them; the command is for an actor
 * with ten events. A store of ten thousand events takes turns with it, whose time is no matter of size, and
 * so does the large store without worker threads.
 */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createSeededRandom } from '../src/base/random.js'
import { fillStore } from './programs/fill-store.js'
import { largeActors, largeEvents, largeStore } from './programs/large-store.js'
import type { Opening } from './programs/opening-process.js'
import type { Figure } from './suite/answer.js'
import { withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'
import { type Measured, measureInTurns } from './suite/turns.js'

const smallEvents = largeEvents / 1_000
const random = createSeededRandom(3)

await withScratch(async (scratch) => {
  const smallDir = scratch.directory('small-store')
  await fillStore(smallDir, { events: smallEvents, actors: smallEvents / 10 })
  const largeDir = await largeStore(scratch)
  const cases: readonly Measured<Opening>[] = [
    { name: 'large', measure: async () => open(largeDir, largeActors) },
    { name: 'inline', measure: async () => open(largeDir, largeActors, 'inline') },
    { name: 'small', measure: async () => open(smallDir, smallEvents / 10) },
  ]
  const found = await measureInTurns(cases)
  const [large, inline, small] = ['large', 'inline', 'small'].map((name) => found.get(name)!)
  const inSmall = `with ${smallEvents.toLocaleString('en')} events`
  tell({
    id: 'opening',
    question: 'How long does a large store take to open?',
    setting:
      `${largeEvents.toLocaleString('en')} events, in a new process with the defaults; the file lies in the ` +
      "system's cache; the first command counts from the call of openRuntime to its receipt, fsync included",
    figures: [
      milliseconds('open', large!, ({ openMs }) => openMs),
      milliseconds('first command', large!, ({ firstMs }) => firstMs),
      milliseconds('open without worker threads', inline!, ({ openMs }) => openMs),
      milliseconds('first command without worker threads', inline!, ({ firstMs }) => firstMs),
      milliseconds(`open ${inSmall}`, small!, ({ openMs }) => openMs),
      milliseconds(`first command ${inSmall}`, small!, ({ firstMs }) => firstMs),
      milliseconds('Node and imports before that', large!, ({ startMs }) => startMs),
    ],
  })
})

function open(dataDir: string, actors: number, ...workers: readonly string[]): Opening {
  const program = fileURLToPath(new URL('./programs/opening-process.js', import.meta.url))
  const actor = Math.floor(random.next() * actors)
  const output = execFileSync(process.execPath, [program, dataDir, `${actor}`, ...workers], {
    encoding: 'utf8',
  })
  return JSON.parse(output) as Opening
}

function milliseconds(
  name: string,
  openings: readonly Opening[],
  msOf: (opening: Opening) => number,
): Figure {
  return { name, unit: 'ms', values: openings.map(msOf) }
}
