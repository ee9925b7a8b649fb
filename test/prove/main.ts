/**
 * `npm run prove`: every harness at its full size, and docs/reliability.md of what they counted.
 *
 * Part after part; what is found is written as soon as a part is done. A violation, or a count that falls
 * short, is shown on the page and ends the program with 1.
 */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { CountName } from '../support/counts.js'
import { inLanes } from '../support/lanes.js'
import { kinds } from './kinds.js'
import { type Part, parts, partsNamed } from './parts.js'
import { publish, publishedPaths, publishPage, readPublished } from './publish.js'
import { mergeResults, type PartResult, shortOf } from './results.js'
import { runPart } from './run-part.js'

const usage = `npm run prove -- [options] [parts]

  parts         ${parts.map(({ name }) => name).join(', ')} (default: all)
  --seed N      what faults are drawn from (default 1)
  --at-once N   so many parts at a time, of those that may (default 1)
  --share S     a share of the full sizes, to see how long they take; publishes nothing
  --page        make the page again of what is published
  --help        print this
`

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))
const folder = join(repositoryRoot, 'dist', 'prove')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '1' },
    share: { type: 'string', default: '1' },
    page: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(usage)
else if (values.page) publishPage(repositoryRoot)
else await prove()

async function prove(): Promise<void> {
  const wanted = wantedParts()
  const context = {
    seed: numberIn('seed', (value) => Number.isInteger(value) && value >= 0),
    share: numberIn('share', (value) => value > 0 && value <= 1),
  }
  const atOnce = numberIn('at-once', (value) => Number.isInteger(value) && value > 0)
  const startedMs = Date.now()
  let begun = 0
  const run = async (part: Part): Promise<boolean> => {
    begun += 1
    console.log(
      `\n=== ${part.name}, ${begun} of ${wanted.length}, after ${minutes(Date.now() - startedMs)}`,
    )
    const result = await runPart(part, context, folder, repositoryRoot)
    if (context.share === 1) {
      publish(repositoryRoot, mergeResults(parts, readPublished(repositoryRoot), [result]))
    }
    return tell(part, result, context.share)
  }
  const alone = await inLanes(
    wanted.filter(({ isAlone }) => isAlone),
    1,
    run,
  )
  const others = await inLanes(
    wanted.filter(({ isAlone }) => !isAlone),
    atOnce,
    run,
  )
  console.log(`\n${wanted.length} parts in ${minutes(Date.now() - startedMs)}; logs: ${folder}`)
  if (context.share === 1) console.log(`Published: ${join(repositoryRoot, publishedPaths.page)}`)
  if (![...alone, ...others].every(Boolean)) process.exitCode = 1
}

/** @returns whether it is as it should be. */
function tell(part: Part, result: PartResult, share: number): boolean {
  const short = shortOf(result, part, (name) => Math.floor(fullOf(name) * share))
  const counted = result.counts.map(({ name, count }) => `${count} ${name}`).join(', ')
  console.log(
    `${part.name}: ${counted || 'nothing counted'}, ${result.violations} violations, ` +
      `${minutes(result.durationMs)}`,
  )
  for (const failure of result.failures) console.log(`${part.name}: violated: ${failure}`)
  for (const each of short) console.log(`${part.name}: falls short: ${each}`)
  return result.violations === 0 && short.length === 0
}

function fullOf(name: CountName): number {
  return kinds.find((kind) => kind.name === name)!.full
}

function wantedParts(): readonly Part[] {
  try {
    return partsNamed(positionals)
  } catch (error) {
    return refuse((error as Error).message)
  }
}

function numberIn(name: 'seed' | 'share' | 'at-once', isGood: (value: number) => boolean): number {
  const value = Number(values[name])
  return isGood(value)
    ? value
    : refuse(`expected --${name} to be another number, found ${values[name]}`)
}

function refuse(why: string): never {
  console.error(`${why}\n\n${usage}`)
  process.exit(2)
}

function minutes(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
