/**
 * The seed of tests that take chances. It stands in their names; another one tries other moments:
 * `DRAMATIS_TEST_SEED=7 npm test -- crash`.
 */

export const seed: number = Number(process.env.DRAMATIS_TEST_SEED ?? 1)
