/**
 * The value that a share of all values does not exceed.
 *
 * Pure.
 */

/** @param share - In (0, 1]; 1: the largest. Of at least one value, in any order. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.ceil(share * sorted.length) - 1]!
}
