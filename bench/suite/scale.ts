/**
 * How large benchmarks are: as they were written, or smaller, to try one out.
 *
 * `BENCH_SCALE` is a factor above 0 and up to 1. Figures of a smaller scale are nobody's answer.
 */

const scale = Number(process.env.BENCH_SCALE ?? 1)
if (!(scale > 0 && scale <= 1)) {
  throw new RangeError(`expected BENCH_SCALE above 0 and up to 1, found ${process.env.BENCH_SCALE}`)
}

/** A size at that scale: a whole number, not below `least`. */
export function scaled(count: number, least = 1): number {
  return Math.max(least, Math.round(count * scale))
}
