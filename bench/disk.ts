/**
 * How many bytes of disk does an event take, beside its MessagePack?
 *
 * Everything in the file of the log counts: records, heads, what leads to them, and pages that wait to be used
 * again. Of a thousand actors with a thousand commands in flight; of one command in flight, where each commit
 * has one event; and of a million actors with ten events each, in the large store.
 */

import { openCounterLanes } from './programs/counter-lanes.js'
import { largeActors, largeStore } from './programs/large-store.js'
import { measureStore, type StoreSize } from './programs/store-size.js'
import type { Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'

const actors = 1_000
const manyCommands = scaled(200_000, 10_000)
const oneByOne = scaled(5_000, 1_000)
/** Stores of each kind; of the large one there is one. */
const rounds = 5

await withScratch(async (scratch) => {
  // Nothing is timed here: it may be filled meanwhile.
  const filled = largeStore(scratch)
  const inFlight: StoreSize[] = []
  const alone: StoreSize[] = []
  for (let round = 0; round < rounds; round++) {
    inFlight.push(await recorded(scratch.directory(`in-flight-${round}`), manyCommands))
    alone.push(await recorded(scratch.directory(`alone-${round}`), oneByOne, 1))
  }
  const large = await measureStore(await filled)
  tell({
    id: 'disk',
    question: 'How many bytes of disk does an event take?',
    setting:
      'one event of 100 bytes per command, fsync per group; of objects: MessagePack of events as they are read, ' +
      'with named keys; of arrays: of the values alone that a record has, in order',
    figures: [
      ...figuresOf(inFlight, ''),
      ...figuresOf(alone, 'one in flight: '),
      ...figuresOf([large], `${largeActors.toLocaleString('en')} actors: `),
    ],
  })
})

async function recorded(dataDir: string, commands: number, inFlight = 1_000): Promise<StoreSize> {
  const counters = await openCounterLanes(dataDir, {}, inFlight)
  await counters.send(Array.from({ length: commands }, (_each, at) => at % actors))
  exactly('events recorded', counters.recorded(), commands)
  await counters.close()
  return measureStore(dataDir)
}

function figuresOf(sizes: readonly StoreSize[], prefix: string): readonly Figure[] {
  const figure = (name: string, unit: Figure['unit'], of: (size: StoreSize) => number): Figure => {
    return { name: prefix + name, unit, values: sizes.map(of) }
  }
  return [
    figure('file', 'bytes', ({ file }) => file),
    figure('pages in use', 'bytes', ({ pages }) => pages),
    figure('events as objects', 'bytes', ({ objects }) => objects),
    figure('events as arrays', 'bytes', ({ arrays }) => arrays),
    figure('file of objects', 'ratio', ({ file, objects }) => file / objects),
    figure('file of arrays', 'ratio', ({ file, arrays }) => file / arrays),
  ]
}
