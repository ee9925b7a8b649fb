/**
 * How much memory does an idle actor take, beyond its state?
 *
 * Up to a million actors, brought in by one command each, in processes of their own. What counts is the heap
 * once everything that nobody holds is collected; the ids of the actors are in it, and so are the heads of
 * streams that the store remembers.
 */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Residence } from './programs/resident-process.js'
import type { Figure } from './suite/answer.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { spreadOf } from './suite/spread.js'
import { tell } from './suite/tell.js'

const million = scaled(1_000, 10) * 1_000
const fewer = [million / 1_000, million / 100, million / 10]
/** Processes that bring in fewer; one brings in all. */
const rounds = 4
const mebibyte = 1024 * 1024

await withScratch(async (scratch) => {
  const all = measure(scratch, 'all', [...fewer, million])
  const found = [all]
  for (let round = 0; round < rounds; round++) found.push(measure(scratch, `${round}`, fewer))
  const figures = [...fewer, million].map((actors) => beyondState(actors, found))
  const points = figures.map(({ actors, values }) => ({ x: actors, y: spreadOf(values).median }))
  tell({
    id: 'memory',
    question: 'How much memory does an idle actor take?',
    setting:
      'one command to each, durable; heap after collection, per actor beyond its state, with its id; of the ' +
      'process: everything resident, the pages of the log that are mapped among it',
    figures: [
      ...figures.map(({ name, unit, values }) => ({ name, unit, values })),
      { name: 'the state', unit: 'bytes', values: found.map(({ state }) => state) },
      {
        name: `the process with ${million.toLocaleString('en')} actors`,
        unit: 'MiB',
        values: [all.rss / mebibyte],
      },
    ],
    charts: [
      {
        id: 'memory-by-actors',
        title: 'What an idle actor takes in memory, beyond its state',
        x: { title: 'actors in memory', scale: 'log' },
        y: { title: 'bytes per actor', scale: 'linear' },
        lines: [{ name: 'Dramatis', points }],
      },
    ],
  })
})

function measure(scratch: Scratch, name: string, sizes: readonly number[]): Residence {
  const program = fileURLToPath(new URL('./programs/resident-process.js', import.meta.url))
  const given = ['--expose-gc', program, scratch.directory(name), ...sizes.map(String)]
  return JSON.parse(execFileSync(process.execPath, given, { encoding: 'utf8' })) as Residence
}

function beyondState(
  actors: number,
  found: readonly Residence[],
): Figure & { readonly actors: number } {
  const values = found.flatMap(({ perActor, state }) =>
    perActor.filter((each) => each.actors === actors).map(({ bytes }) => bytes - state),
  )
  return { name: `${actors.toLocaleString('en')} actors`, unit: 'bytes', values, actors }
}
