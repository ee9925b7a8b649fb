/**
 * What several values of one figure say together: the middle one, and how far they lie apart.
 *
 * Pure.
 */

export interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

/** Of at least one value; of an even number of values, the median is the mean of the middle two. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]!
  const lower = sorted[(sorted.length - 1) >> 1]!
  return { median: (lower + upper) / 2, lowest: sorted[0]!, highest: sorted.at(-1)! }
}

/** One list divided by another, round by round: both took turns on the same machine. */
export function ratios(values: readonly number[], others: readonly number[]): readonly number[] {
  if (values.length !== others.length) throw new RangeError('rounds of both')
  return values.map((value, round) => value / others[round]!)
}
