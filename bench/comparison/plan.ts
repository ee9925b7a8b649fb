/**
 * How much each program does, and in which order they take turns.
 *
 * Pure. The slow send fewer commands than the quick, so that a round is over in time; no program sends more
 * than the most, so that the streams of none grow longer than those of another that is as quick.
 */

import { accounts } from './workload.js'

export interface Plan {
  readonly rounds: number
  /** How long a program warms up in each round, at least. */
  readonly warmUpMs: number
  /** How long the measured run should take, if `commandsMax` allows. */
  readonly measuredMs: number
  /** Most commands of a measured run. A multiple of {@link accounts}. */
  readonly commandsMax: number
  /** Commands on their way at once, where a program bears that many. */
  readonly inFlight: number
  /** A program that has not answered by then is ended, and refused. */
  readonly answerMsMax: number
}

export const wholePlan: Plan = Object.freeze({
  rounds: 5,
  warmUpMs: 1_500,
  measuredMs: 4_000,
  commandsMax: 100_000,
  inFlight: accounts,
  answerMsMax: 300_000,
})

/** To see whether everything runs. Its figures are worth nothing. */
export const quickPlan: Plan = Object.freeze({
  ...wholePlan,
  rounds: 2,
  warmUpMs: 100,
  measuredMs: 300,
  commandsMax: 10_000,
})

/** Commands that fill the time at that pace: whole turns of all accounts, at least one. */
export function commandsFor(plan: Plan, commandsPerSecond: number): number {
  const turns = Math.floor((commandsPerSecond * plan.measuredMs) / 1_000 / accounts)
  return Math.min(Math.max(turns, 1) * accounts, plan.commandsMax)
}

/** Everybody once; in each round somebody else goes first. */
export function orderOf<T>(round: number, all: readonly T[]): readonly T[] {
  const first = round % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}
