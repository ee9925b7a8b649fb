/**
 * How much memory does an idle actor take, beyond its state?
 *
 * Up to a million actors, brought in by one command each, in processes of their own. What counts is the heap
 * once everything that nobody holds is collected; the ids of the actors are in it, and so are the heads of
 * streams that the store remembers.
 */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Residence } from './programs/resident-process.js'
import type { Figure } from './suite/answer.js'
import type { ProcessMemory } from './suite/process-memory.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { spreadOf } from './suite/spread.js'
import { tell } from './suite/tell.js'

const million = scaled(1_000, 10) * 1_000
const sizes = [million / 1_000, million / 100, million / 10, million]
/** Processes, of which each brings in all. */
const rounds = 5
/** Nothing is timed: as many run side by side. */
const atOnce = 2
const mebibyte = 1024 * 1024

await withScratch(async (scratch) => {
  const found: Residence[] = []
  while (found.length < rounds) {
    const names = Array.from({ length: Math.min(atOnce, rounds - found.length) }, (_each, at) => {
      return `${found.length + at}`
    })
    found.push(...(await Promise.all(names.map((name) => measure(scratch, name)))))
  }
  const figures = sizes.map((actors) => beyondState(actors, found))
  const all = `the process with ${million.toLocaleString('en')} actors`
  const points = figures.map(({ actors, values }) => ({ x: actors, y: spreadOf(values).median }))
  tell({
    id: 'memory',
    question: 'How much memory does an idle actor take?',
    setting:
      'one command to each; heap after collection, per actor beyond its state, with its id; of the ' +
      'process: what it holds by itself, and the pages of the log that the system has in its cache and maps into it',
    figures: [
      ...figures.map(({ name, unit, values }) => ({ name, unit, values })),
      { name: 'the state', unit: 'bytes', values: found.map(({ state }) => state) },
      mebibytes(all, found, ({ ownBytes }) => ownBytes),
      mebibytes(`${all}: mapped pages`, found, ({ mappedBytes }) => mappedBytes),
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

async function measure(scratch: Scratch, name: string): Promise<Residence> {
  const program = fileURLToPath(new URL('./programs/resident-process.js', import.meta.url))
  const given = ['--expose-gc', program, scratch.directory(name), ...sizes.map(String)]
  const { stdout } = await promisify(execFile)(process.execPath, given)
  return JSON.parse(stdout) as Residence
}

function mebibytes(
  name: string,
  found: readonly Residence[],
  bytesOf: (memory: ProcessMemory) => number,
): Figure {
  const values = found.map((each) => bytesOf(each.process) / mebibyte)
  return { name, unit: 'MiB', values }
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
