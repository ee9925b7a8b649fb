/**
 * How the fault plan reaches the threads that the handlers run in, and how a fix does.
 *
 * Worker threads load the app by its URL and share nothing with the main thread but the environment
 * they were started with, so that names a file: the plan. It never changes; a second file beside it
 * means "fixed" and is looked for only where a fault would be raised. Both are in the data directory,
 * so that an interrupted run goes on with the faults it had.
 */

import { existsSync, readFileSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FaultPlan } from './fault-plan.js'

const variable = 'DRAMATIS_DEMO_FAULTS'
const planName = 'demo-faults.json'

/** The plan in force in this thread, read once per path; `null` when there is none. */
let loaded: { readonly path: string; readonly plan: FaultPlan } | null = null

/**
 * Puts a plan into force for all threads started from now on. One that is in the directory already
 * stays in force instead.
 *
 * @returns the plan in force.
 */
export async function installFaultPlan(directory: string, plan: FaultPlan): Promise<FaultPlan> {
  const path = join(directory, planName)
  const earlier = await readFile(path, 'utf8').catch(() => null)
  if (earlier === null) {
    await writeFile(`${path}.new`, JSON.stringify(plan))
    await rename(`${path}.new`, path)
  }
  process.env[variable] = path
  return earlier === null ? plan : (JSON.parse(earlier) as FaultPlan)
}

/** "Fixes" the broken handler: from now on, in all threads. */
export async function fixFaults(directory: string): Promise<void> {
  await writeFile(fixedPath(join(directory, planName)), '')
}

/** The plan in force, as a handler sees it. */
export function currentFaultPlan(): FaultPlan | null {
  const path = process.env[variable]
  if (path === undefined) return null
  if (loaded?.path !== path) {
    loaded = { path, plan: JSON.parse(readFileSync(path, 'utf8')) as FaultPlan }
  }
  return loaded.plan
}

/** Whether {@link fixFaults} has been called for the plan in force, in whatever thread. */
export function isFixed(): boolean {
  const path = process.env[variable]
  return path !== undefined && existsSync(fixedPath(path))
}

function fixedPath(path: string): string {
  return `${path}.fixed`
}
