/**
 * What does a command cost as the store grows?
 *
 * The same ten thousand commands to a thousand actors, a thousand in flight, in stores that hold ten thousand to
 * ten million events of actors with ten events each. The stores take turns in each round. Those that the
 * commands themselves would make larger are made anew for each round.
 */

import { inTurns, microsecondsEach, openCounterLanes } from './programs/counter-lanes.js'
import { fillStore } from './programs/fill-store.js'
import { largeEvents, largeStore } from './programs/large-store.js'
import type { Axis, Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { ratios, spreadOf } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Measured, measureInTurns } from './suite/turns.js'

const actors = 1_000
const commandsPerActor = 10
const commands = actors * commandsPerActor
const rounds = 5
const anew = [largeEvents / 1_000, largeEvents / 100]
const kept = largeEvents / 10
const sizes = [...anew, kept, largeEvents]
const x: Axis = { title: 'events in the store', scale: 'log' }
const y: Axis = { title: 'microseconds per command', scale: 'linear' }

let stores = 0
/** Whose turn it is in the stores that are kept: streams must not grow longer from round to round. */
let turns = 0

await withScratch(async (scratch) => {
  const directories = [filled(scratch, kept), await largeStore(scratch)]
  const cases: readonly Measured<number>[] = [
    ...anew.map((events) => ({
      name: nameOf(events),
      measure: async () => measure(await filled(scratch, events)),
    })),
    ...[kept, largeEvents].map((events, at) => ({
      name: nameOf(events),
      measure: async () => measure(await directories[at]!, ++turns * actors),
    })),
  ]
  // One round for the compiler.
  await measureInTurns(cases, 1)
  const found = await measureInTurns(cases, rounds)
  const figures = sizes.map((events): Figure => {
    const name = nameOf(events)
    return { name, unit: 'us', values: found.get(name)! }
  })
  const ratio = ratios(figures.at(-1)!.values, figures[0]!.values)
  const points = figures.map(({ values }, at) => ({ x: sizes[at]!, y: spreadOf(values).median }))
  tell({
    id: 'growth',
    question: 'What does a command cost as the store grows?',
    setting:
      '1,000 actors in memory, 1,000 in flight, one event of 100 bytes each, fsync per group; stores of ' +
      'actors with 10 events each; microseconds per command',
    figures: [...figures, { name: 'largest of smallest', unit: 'ratio', values: ratio }],
    charts: [
      {
        id: 'cost-by-store-size',
        title: 'What a command costs as the store grows',
        x,
        y,
        lines: [{ name: 'Dramatis', points }],
      },
    ],
  })
})

async function filled(scratch: Scratch, events: number): Promise<string> {
  const dataDir = scratch.directory(`store-${stores++}`)
  await fillStore(dataDir, { events, actors: events / 10 })
  return dataDir
}

/** @returns microseconds per command. */
async function measure(dataDir: string, first = 0): Promise<number> {
  const wanted = Array.from({ length: actors }, (_each, at) => first + at)
  const counters = await openCounterLanes(dataDir)
  await counters.send(wanted)
  const before = counters.recorded()
  const each = await microsecondsEach(commands, () =>
    counters.send(inTurns(wanted, commandsPerActor)),
  )
  exactly('events recorded', counters.recorded() - before, commands)
  await counters.close()
  return each
}

function nameOf(events: number): string {
  return `${events.toLocaleString('en')} events`
}
