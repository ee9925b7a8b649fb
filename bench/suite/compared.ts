/**
 * Cases beside the first of them: how many per second of each, and what that is of the first one's.
 *
 * Pure.
 */

import type { Figure } from './answer.js'
import { ratios } from './spread.js'

/** @param found - Per second, of each case by its name. @returns figures, the ratios last. */
export function comparedWithFirst(
  found: ReadonlyMap<string, readonly number[]>,
): readonly Figure[] {
  const [[first, firstValues], ...others] = [...found] as [
    [string, readonly number[]],
    ...[string, readonly number[]][],
  ]
  return [
    ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
    ...others.map(([name, values]) => ({
      name: `${name}, of ${first}`,
      unit: 'ratio' as const,
      values: ratios(values, firstValues),
    })),
  ]
}
