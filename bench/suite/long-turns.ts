/**
 * Rounds of cases that take so long, or need so much set up, that each runs once a round and says itself
 * what it found.
 *
 * As with `turns.ts`, who goes first changes from round to round.
 */

export interface LongCase<Found> {
  /** Unique among the cases. */
  readonly name: string
  run(): Promise<Found>
}

export const longRounds = 5

/** @returns what each case found, in each round, by its name. */
export async function takeLongTurns<Found>(
  cases: readonly LongCase<Found>[],
  rounds: number = longRounds,
): Promise<ReadonlyMap<string, readonly Found[]>> {
  const found = new Map<string, Found[]>(cases.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const first = round % cases.length
    for (const { name, run } of [...cases.slice(first), ...cases.slice(0, first)]) {
      found.get(name)!.push(await run())
    }
  }
  return found
}

/** @returns how many per second there were, if `count` were done by `work`. */
export async function rateOf(count: number, work: () => unknown): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (count / (performance.now() - startedMs)) * 1_000
}
