/** Law: there is no late fill. Whoever has read past a position has read everything before it. */

export interface Reading {
  /** It has looked at the positions (after, to]. */
  readonly after: number
  readonly to: number
  /** What it found there, of what it wanted. */
  readonly positions: readonly number[]
}

export interface FollowedHistory {
  /** Where what a reader wants lies in the log, as it reads now. */
  readonly positions: readonly number[]
  /** What it read while the log grew. */
  readonly readings: readonly Reading[]
}

export function nothingIsFilledLate({ positions, readings }: FollowedHistory): string[] {
  return readings.flatMap(({ after, to, positions: found }) => {
    const seen = new Set(found)
    const missed = positions.filter((each) => each > after && each <= to && !seen.has(each))
    return missed.map((each) => `position ${each} was not there when ${to} was read`)
  })
}
