/**
 * How much of what is counted is done: 1 where tests run after every change. `DRAMATIS_TEST_SIZE=20 npm test --
 * crash` has twenty times as many processes killed.
 */

export const size = Number(process.env.DRAMATIS_TEST_SIZE ?? 1)

/** A number that is `ci` where tests run after every change, and `full` with `DRAMATIS_PROVE=full`. */
export function sized(ci: number, full: number): number {
  return process.env.DRAMATIS_PROVE === 'full' ? full : ci * size
}
