/**
 * How much the tests of this folder try: what every run affords, or what is worth an hour.
 *
 * `DRAMATIS_PROVE=full npm test -- disk/` runs the full sizes, `DRAMATIS_TEST_SEED=7` other cases of the
 * same kind.
 */

import { sized } from '../support/size.js'

/** Disk images after a power cut, over all recordings. */
export const imagesMax: number = sized(2_000, 50_000)
/** Processes whose system calls fail from the nth on. */
export const faultsMax: number = sized(40, 500)
/** Damaged copies of a data directory. */
export const damagesMax: number = sized(300, 5_000)
