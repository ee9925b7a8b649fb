/**
 * Makes a plan that fails smaller: takes away lives, steps and faults as long as it still fails.
 *
 * Greedy, and bounded in runs: what is left need not be the smallest plan that fails.
 */

import type { LifePlan, SimulationPlan } from './plan.js'

/** @param fails - Whether a plan still shows what is looked for. */
export async function shrinkPlan(
  plan: SimulationPlan,
  fails: (plan: SimulationPlan) => Promise<boolean>,
  runsMax: number,
): Promise<SimulationPlan> {
  let smallest = plan
  let runs = 0
  for (;;) {
    let isSmaller = false
    for (const candidate of smallerPlans(smallest)) {
      if (runs++ >= runsMax) return smallest
      if (!(await fails(candidate))) continue
      smallest = candidate
      isSmaller = true
      break
    }
    if (!isSmaller) return smallest
  }
}

/** What lacks something of a plan, the largest pieces first. */
export function* smallerPlans(plan: SimulationPlan): Generator<SimulationPlan> {
  const { lives } = plan
  for (let at = lives.length - 1; at >= 0; at--) {
    yield { ...plan, lives: lives.filter((_each, other) => other !== at) }
  }
  for (let size = 8; size >= 1; size /= 2) {
    for (const [at, life] of lives.entries()) {
      for (let from = 0; from < life.steps.length; from += size) {
        const steps = life.steps.filter((_step, step) => step < from || step >= from + size)
        yield withLife(plan, at, { ...life, steps })
      }
    }
  }
  for (const [at, life] of lives.entries()) {
    if (life.crash !== null) yield withLife(plan, at, { ...life, crash: null })
    if (life.failure !== null) yield withLife(plan, at, { ...life, failure: null })
    if (life.jumpMs !== 0) yield withLife(plan, at, { ...life, jumpMs: 0 })
  }
}

function withLife(plan: SimulationPlan, at: number, life: LifePlan): SimulationPlan {
  return { ...plan, lives: plan.lives.map((each, other) => (other === at ? life : each)) }
}
