/**
 * Which plan is in force, on whatever thread asks.
 *
 * Worker threads share nothing with the main thread but the environment that they were started with,
 * and the plan is a few numbers, so it is in there. Without one, nothing goes wrong.
 */

import { calmPlan, type OutsidePlan } from './outside-plan.js'

const variable = 'DRAMATIS_OUTSIDE_PLAN'

/** Read once per text. */
let read: { readonly text: string; readonly plan: OutsidePlan } | null = null

/**
 * Puts a plan into force for this thread at once, and for all threads started from now on.
 *
 * @param plan - `null`: from now on nothing goes wrong.
 */
export function installPlan(plan: OutsidePlan | null): void {
  if (plan === null) delete process.env[variable]
  else process.env[variable] = JSON.stringify(plan)
}

export function planInForce(): OutsidePlan {
  const text = process.env[variable]
  if (text === undefined) return calmPlan
  if (read?.text !== text) read = { text, plan: JSON.parse(text) as OutsidePlan }
  return read.plan
}
