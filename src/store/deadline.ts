/**
 * A bound on how long something may take.
 *
 * The work is not cancelled, only no longer waited for; what becomes of it later is swallowed here,
 * because whoever asked has been told already.
 */

import type { Clock } from '../base/clock.js'

/** Settles like `work`, or rejects with `late()` after `timeoutMs`, whichever is first. */
export function withinDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  work: Promise<T>,
  late: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(timeoutMs, () => reject(late()))
    work.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
