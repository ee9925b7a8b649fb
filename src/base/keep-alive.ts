/**
 * Keeps the process alive while something is open that has work to do later.
 *
 * The clock's timers do not; without this a process that only waits for a retry would end.
 */

import type { Cancel } from './clock.js'

const longMs = 2 ** 31 - 1

/** @returns Lets the process end again. */
export function keepProcessAlive(): Cancel {
  const timer = setInterval(() => {}, longMs)
  return () => clearInterval(timer)
}
