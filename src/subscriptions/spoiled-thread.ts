/**
 * Whether the thread under a task that failed may be spoiled: user code has changed what all code on it uses.
 *
 * Pure. What failed once may fail for any reason and is tried again where it was; what fails again is given
 * another thread, unless the error is a documented one: that has nothing to do with the thread. An app that could
 * not be loaded does: Node remembers for as long as a thread lives that an import has failed.
 */

import type { TaskEnd } from '../pool/contracts.js'

/** Failures in a row before the thread is blamed. */
const failuresMin = 2

/** @param failures - In a row, this one included. */
export function isThreadSpoiled(end: TaskEnd, failures: number): boolean {
  if (end.outcome !== 'failed' || failures < failuresMin) return false
  const { code } = end.error
  return code === 'DRAMATIS_APP_LOAD' || code?.startsWith('DRAMATIS_') !== true
}
