/**
 * What a count without a violation says: how likely one can be at most.
 *
 * Pure.
 */

/** How sure a bound is. */
const confidence = 0.95

/**
 * The probability of a violation per fault that is not refuted by `n` faults without one: with a larger one, at
 * least one of them would have shown it with a probability of 95 %. About 3/n, whence "the rule of three".
 *
 * @param n - Faults, each drawn by itself; at least 1.
 */
export function violationBound(n: number): number {
  return 1 - (1 - confidence) ** (1 / n)
}

/** `1 in 668`: rounded so that it promises no more than the bound. */
export function boundText(n: number): string {
  const oneIn = Math.floor(1 / violationBound(n))
  return `1 in ${oneIn.toLocaleString('en-US')}`
}
