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
const manyCommands = scaled(500_000, 10_000)
const oneByOne = scaled(10_000, 1_000)

await withScratch(async (scratch) => {
  const inFlight = scratch.directory('in-flight')
  await record(inFlight, manyCommands)
  const alone = scratch.directory('alone')
  await record(alone, oneByOne, 1)
  const large = await measureStore(largeStore(scratch))
  tell({
    id: 'disk',
    question: 'How many bytes of disk does an event take?',
    setting:
      'one event of 100 bytes per command, fsync per group; of objects: MessagePack of events as they are read, ' +
      'with named keys; of arrays: of the values alone that a record has, in order',
    figures: [
      ...figuresOf(await measureStore(inFlight), ''),
      ...figuresOf(await measureStore(alone), 'one in flight: '),
      ...figuresOf(large, `${largeActors.toLocaleString('en')} actors: `),
    ],
  })
})

async function record(dataDir: string, commands: number, inFlight = 1_000): Promise<void> {
  const counters = await openCounterLanes(dataDir, {}, inFlight)
  await counters.send(Array.from({ length: commands }, (_each, at) => at % actors))
  exactly('events recorded', counters.recorded(), commands)
  await counters.close()
}

function figuresOf(size: StoreSize, prefix: string): readonly Figure[] {
  const { file, pages, objects, arrays } = size
  const bytes = (name: string, value: number): Figure => {
    return { name: prefix + name, unit: 'bytes', values: [value] }
  }
  const ratio = (name: string, value: number): Figure => {
    return { name: prefix + name, unit: 'ratio', values: [value] }
  }
  return [
    bytes('file', file),
    bytes('pages in use', pages),
    bytes('events as objects', objects),
    bytes('events as arrays', arrays),
    ratio('file of objects', file / objects),
    ratio('file of arrays', file / arrays),
  ]
}
