/**
 * How much the tests of this folder try: what every run affords, or what is worth an hour.
 *
 * `DRAMATIS_TEST_FULL=yes npm test -- disk/` runs the full sizes, `DRAMATIS_TEST_SEED=7` other cases of
 * the same kind.
 */

export const isFull: boolean = process.env.DRAMATIS_TEST_FULL === 'yes'

/** Disk images after a power cut, over all recordings. */
export const imagesMax: number = isFull ? 50_000 : 2_000
/** Processes whose system calls fail from the nth on. */
export const faultsMax: number = isFull ? 400 : 40
/** Damaged copies of a data directory. */
export const damagesMax: number = isFull ? 5_000 : 300
