/**
 * A limit on what something costs, and what to say to whom it stops.
 *
 * Pure.
 */

export interface Limit {
  /** What is counted. */
  readonly figure: string
  readonly most: number
  /** Where to look when there is more. */
  readonly hint: string
}

const place = 'test/guard/costs.test.ts'

/** @param found - `undefined`: nobody counted it. @returns what is wrong; `null`: nothing. */
export function complaintAbout({ figure, most, hint }: Limit, found?: number): string | null {
  if (found === undefined) return `Expected ${figure} to be counted, found no such figure.`
  if (found > most) {
    return (
      `Expected at most ${most} ${figure}, found ${found}. ${hint} ` +
      `If that buys something, raise the limit in ${place} and say in the commit what.`
    )
  }
  // A limit far away guards nothing, and a count of nearly nothing may be none.
  if (found < most / 2) {
    return (
      `Expected at least half of ${most} ${figure}, found ${found}. ` +
      `If that was gained, lower the limit in ${place}, so that it is not lost again.`
    )
  }
  return null
}
