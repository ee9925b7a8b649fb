/**
 * Rounds in which the cases of a question take turns, so that a machine that slows down slows them all.
 *
 * benny runs and times each case, or a case measures itself; who goes first changes from round to round.
 */

import benny from 'benny'

export interface Case {
  readonly name: string
  /** What one run does that many of. */
  readonly perRun: number
  run(): Promise<void>
}

/** benny's own limits for one case of one round. */
export interface Limits {
  readonly minSamples: number
  /** Seconds. */
  readonly maxTime: number
  /** Seconds that one sample takes at least, and so what benny takes to find out how often to repeat. */
  readonly minTime?: number
}

export interface Rounds {
  readonly rounds: number
  readonly limits: Limits
}

export const usualRounds: Rounds = Object.freeze({
  rounds: 5,
  limits: Object.freeze({ minSamples: 3, maxTime: 0.7 }),
})

/** For questions of many cases, of which a run takes some ten milliseconds. */
export const briefRounds: Rounds = Object.freeze({
  rounds: 5,
  limits: Object.freeze({ minSamples: 3, minTime: 0.02, maxTime: 0.15 }),
})

/** @returns how many per second, in each round, of each case by its name. */
export async function takeTurns(
  title: string,
  cases: readonly Case[],
  { rounds, limits }: Rounds = usualRounds,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const values = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const { results } = await benny.suite(
      `${title}, round ${round + 1} of ${rounds}`,
      benny.configure({ cases: limits }),
      ...inTurn(cases, round).map((each) => benny.add(each.name, withoutProbe(each))),
    )
    for (const { name, perRun } of cases) {
      const { mean } = results.find((result) => result.name === name)!.details
      values.get(name)!.push(perRun / mean)
    }
  }
  return values
}

/** A case that benny has no measure for: it measures itself. */
export interface Measured<Value> {
  readonly name: string
  measure(): Promise<Value>
}

/** @returns what each case measured, in each round, by its name. */
export async function measureInTurns<Value>(
  cases: readonly Measured<Value>[],
  rounds: number = usualRounds.rounds,
): Promise<ReadonlyMap<string, readonly Value[]>> {
  const values = new Map<string, Value[]>(cases.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const each of inTurn(cases, round)) values.get(each.name)!.push(await each.measure())
  }
  return values
}

/** The cases in the order of a round: another one goes first in each. */
export function inTurn<Each>(cases: readonly Each[], round: number): readonly Each[] {
  const first = round % cases.length
  return [...cases.slice(first), ...cases.slice(0, first)]
}

/** benny calls a case once, without waiting, to see whether it is asynchronous: that call is empty. */
function withoutProbe(each: Case): () => () => Promise<void> {
  let probed = false
  return () => async () => {
    if (probed) await each.run()
    probed = true
  }
}
