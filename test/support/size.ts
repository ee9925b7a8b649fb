/**
 * How much of what is counted is done: little where tests run after every change, all of it by
 * `npm run prove`.
 *
 * `DRAMATIS_PROVE=full` chooses the full sizes, `DRAMATIS_PROVE=0.1` a tenth of them. Without it
 * `DRAMATIS_TEST_SIZE=20 npm test -- crash` has twenty times as many processes killed as tests usually have.
 */

/** Of the sizes of every day. */
export const size: number = Number(process.env.DRAMATIS_TEST_SIZE ?? 1)

/** Of the full sizes; `null`: those of every day are meant. */
export const provenShare: number | null = shareIn(process.env.DRAMATIS_PROVE)

/** How many of something: `daily` where tests run after every change, `full` where all of it is proved. */
export function sized(daily: number, full: number): number {
  return Math.ceil(provenShare === null ? daily * size : full * provenShare)
}

/** @throws RangeError - when it is neither `full` nor a number above 0 and up to 1. */
function shareIn(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  const share = text === 'full' ? 1 : Number(text)
  if (share > 0 && share <= 1) return share
  throw new RangeError(`expected DRAMATIS_PROVE to be full, or a share up to 1, found ${text}`)
}
