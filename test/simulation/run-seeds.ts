/**
 * Runs seeds one after the other: counts what happened, and makes a failure as small as it gets.
 */

import { drawPlan } from './draw-plan.js'
import type { SimulationPlan } from './plan.js'
import { shrinkPlan } from './shrink.js'
import { type SimulationCounts, type SimulationResult, simulate } from './simulate.js'

/** A seed that failed. */
export interface SeedFailure {
  readonly seed: number
  readonly problems: readonly string[]
  /** The smallest plan that was found to fail. */
  readonly plan: SimulationPlan
  /** What happened when it ran. */
  readonly result: SimulationResult
}

export interface SeedsResult {
  readonly seeds: number
  /** Seeds that were run twice and compared. */
  readonly repeated: number
  readonly counts: SimulationCounts
  readonly failures: readonly SeedFailure[]
}

export interface SeedsOptions {
  readonly firstSeed: number
  readonly seeds: number
  /** Every so many seeds, one is run twice: the same seed must lead to the same bytes. */
  readonly repeatEvery: number
  /** Runs that go into making one failure smaller. */
  readonly shrinkRunsMax: number
  /** Failures after which to stop. */
  readonly failuresMax: number
  readonly onSeed?: (seed: number) => void
}

export async function runSeeds(options: SeedsOptions): Promise<SeedsResult> {
  const { firstSeed, seeds, repeatEvery, failuresMax, onSeed } = options
  const counts = { lives: 0, crashes: 0, failures: 0, commands: 0, events: 0, deliveries: 0 }
  const failures: SeedFailure[] = []
  let done = 0
  let repeated = 0
  for (; done < seeds && failures.length < failuresMax; done++) {
    const seed = firstSeed + done
    const result = await simulate(drawPlan(seed))
    for (const name of Object.keys(counts) as (keyof SimulationCounts)[]) {
      counts[name] += result.counts[name]
    }
    const isRepeated = done % repeatEvery === 0
    if (isRepeated) repeated += 1
    const problems = [...result.problems, ...(isRepeated ? await repeatProblems(seed, result) : [])]
    if (problems.length > 0) failures.push(await examine(seed, problems, options))
    onSeed?.(seed)
  }
  return { seeds: done, repeated, counts, failures }
}

async function repeatProblems(seed: number, { digest }: SimulationResult): Promise<string[]> {
  const again = await simulate(drawPlan(seed))
  return again.digest === digest ? [] : ['the same seed has led to other bytes']
}

async function examine(
  seed: number,
  problems: readonly string[],
  { shrinkRunsMax }: SeedsOptions,
): Promise<SeedFailure> {
  const fails = async (plan: SimulationPlan): Promise<boolean> =>
    (await simulate(plan)).problems.length > 0
  const plan = await shrinkPlan(drawPlan(seed), fails, shrinkRunsMax)
  return { seed, problems, plan, result: await simulate(plan) }
}

/** A failure for whoever has to find out why: what, how to repeat it, and what led to it. */
export function describeFailure({ seed, problems, plan, result }: SeedFailure): string {
  const steps = plan.lives.reduce((sum, life) => sum + life.steps.length, 0)
  return [
    `seed ${seed} failed:`,
    ...problems.map((problem) => `  ${problem}`),
    `to repeat it: npm run simulate -- --seed ${seed} --runs 1`,
    `the smallest plan found (${plan.lives.length} lives, ${steps} steps):`,
    JSON.stringify(plan),
    'what it leads to:',
    ...result.lines.map((line) => `  ${line}`),
  ].join('\n')
}
