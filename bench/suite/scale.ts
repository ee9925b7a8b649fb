/**
 * How large the benchmarks are: `BENCH_SCALE`, a factor above 0 and at most 1, makes all of them smaller.
 *
 * Figures of a smaller suite say whether it works, and nothing else.
 */

const factor = Number(process.env.BENCH_SCALE ?? 1)

if (!(factor > 0 && factor <= 1)) {
  throw new RangeError(`expected BENCH_SCALE in (0, 1], found ${process.env.BENCH_SCALE}`)
}

/** @returns a size of the whole suite as it is in this one, and never less than `least`. */
export function scaled(count: number, least = 1): number {
  return Math.max(least, Math.round(count * factor))
}
