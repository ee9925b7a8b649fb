/**
 * Rounds in which the cases of a question take turns, so that a machine that slows down slows them all.
 *
 * benny runs and times each case; who goes first changes from round to round.
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
}

export interface Rounds {
  readonly rounds: number
  readonly limits: Limits
}

export const usualRounds: Rounds = Object.freeze({
  rounds: 5,
  limits: Object.freeze({ minSamples: 3, maxTime: 0.7 }),
})

/** @returns how many per second, in each round, of each case by its name. */
export async function takeTurns(
  title: string,
  cases: readonly Case[],
  { rounds, limits }: Rounds = usualRounds,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const values = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const first = round % cases.length
    const { results } = await benny.suite(
      `${title}, round ${round + 1} of ${rounds}`,
      benny.configure({ cases: limits }),
      ...[...cases.slice(first), ...cases.slice(0, first)].map((each) =>
        benny.add(each.name, withoutProbe(each)),
      ),
    )
    for (const { name, perRun } of cases) {
      const { mean } = results.find((result) => result.name === name)!.details
      values.get(name)!.push(perRun / mean)
    }
  }
  return values
}

/** benny calls a case once, without waiting, to see whether it is asynchronous: that call is empty. */
function withoutProbe(each: Case): () => () => Promise<void> {
  let probed = false
  return () => async () => {
    if (probed) await each.run()
    probed = true
  }
}
