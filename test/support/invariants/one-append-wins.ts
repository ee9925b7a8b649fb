/** Law: of any number of appends with one expected version, one wins; the others are refused. */

/** How an append went; `unknown`: nobody was told. */
export interface AppendAttempt {
  readonly streamId: string
  readonly expectedVersion: number
  readonly outcome: 'won' | 'refused' | 'unknown'
}

export interface ContendedHistory {
  readonly attempts: readonly AppendAttempt[]
}

export function oneAppendWins({ attempts }: ContendedHistory): string[] {
  const contests = new Map<string, AppendAttempt[]>()
  for (const attempt of attempts) {
    const contest = `${attempt.streamId} at ${attempt.expectedVersion}`
    contests.set(contest, [...(contests.get(contest) ?? []), attempt])
  }
  return [...contests].flatMap(([contest, all]) => {
    const won = all.filter(({ outcome }) => outcome === 'won').length
    const isTold = all.every(({ outcome }) => outcome !== 'unknown')
    return won > 1 || (won === 0 && isTold) ? [`${won} of ${all.length} won ${contest}`] : []
  })
}
