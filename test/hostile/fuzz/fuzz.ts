/**
 * The loop: input by input, each drawn from the seed and its number, until all are done or one does what it must not.
 */

import { inspect } from 'node:util'
import { systemClock } from '../../../src/base/clock.js'
import { privateAccess } from '../../../src/store/memory/disk-access.js'
import { MemoryDisk } from '../../../src/store/memory/memory-disk.js'
import { openDiskTables } from '../../../src/store/memory/memory-tables.js'
import { viewTables } from '../../../src/subscriptions/view-keys.js'
import { Draw } from './draw.js'
import { storedTargets } from './stored-targets.js'
import type { Outcome, Target } from './target.js'
import { textTargets } from './text-targets.js'

export interface FuzzOptions {
  readonly seed: number
  /** The number of the first input. */
  readonly from: number
  readonly inputs: number
  /** Called before each input, with its number. */
  readonly onInput?: (number: number) => void
}

export interface FuzzResult {
  /** Inputs that were tried. */
  readonly inputs: number
  /** By target, then by outcome. */
  readonly outcomes: ReadonlyMap<string, Readonly<Record<Outcome, number>>>
  readonly violation: {
    readonly number: number
    readonly target: string
    readonly why: string
  } | null
}

/** Longest time for one input, twice in a row: a process may be stopped meanwhile. Milliseconds. */
const inputMsMax = 2_000
/** More than the process had at the start. */
const growthBytesMax = 768 * 1024 * 1024
const inputsPerLook = 4_096

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed } = options
  const disk = new MemoryDisk()
  const tables = await openDiskTables(disk, 'view', viewTables, privateAccess(disk))
  const targets = [...storedTargets(seed), ...textTargets(seed, tables)]
  const outcomes = new Map(
    targets.map(({ name }) => [name, { 'as it was': 0, refused: 0, 'another value': 0 }]),
  )
  const { stackTraceLimit } = Error
  // Most inputs end in an error that nobody looks at: its stack takes longer than the decoder.
  Error.stackTraceLimit = 0
  try {
    return loop(targets, outcomes, options)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function loop(
  targets: readonly Target[],
  outcomes: Map<string, Record<Outcome, number>>,
  { seed, from, inputs, onInput }: FuzzOptions,
): FuzzResult {
  const rssAtStart = process.memoryUsage.rss()
  for (let number = from; number < from + inputs; number++) {
    onInput?.(number)
    const target = targets[number % targets.length]!
    const violationOf = (why: string): FuzzResult => {
      return { inputs: number - from, outcomes, violation: { number, target: target.name, why } }
    }
    try {
      outcomes.get(target.name)![timed(target, seed, number)] += 1
    } catch {
      return violationOf(whyOf(target, seed, number))
    }
    if (number % inputsPerLook !== 0) continue
    const growth = process.memoryUsage.rss() - rssAtStart
    if (growth > growthBytesMax) return violationOf(`${growth} bytes of memory more than at first`)
  }
  return { inputs, outcomes, violation: null }
}

/** Once more, with a stack. */
function whyOf(target: Target, seed: number, number: number): string {
  Error.stackTraceLimit = 20
  try {
    timed(target, seed, number)
    return 'it did something else the second time'
  } catch (error) {
    return inspect(error)
  }
}

function timed(target: Target, seed: number, number: number): Outcome {
  const startMs = systemClock.elapsedMs()
  const outcome = target.run(new Draw(seed, number))
  if (systemClock.elapsedMs() - startMs <= inputMsMax) return outcome
  const againMs = systemClock.elapsedMs()
  target.run(new Draw(seed, number))
  const tookMs = systemClock.elapsedMs() - againMs
  if (tookMs > inputMsMax) throw new Error(`one input took ${tookMs} ms`)
  return outcome
}

/** The outcomes as a table. */
export function tableOf({ outcomes }: FuzzResult): string {
  const rows = [...outcomes].map(([name, counts]) => [name, ...Object.values(counts).map(String)])
  const head = ['', 'as it was', 'refused', 'another value']
  const widths = head.map((_each, at) => Math.max(...[head, ...rows].map((row) => row[at]!.length)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!)))
        .join('  '),
    )
    .join('\n')
}
