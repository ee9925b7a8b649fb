/**
 * Waiting until fulfilment is at rest, in real time.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { AnySaga, Runtime } from 'dramatis'
import { isAtRest } from '../fulfilment/at-rest.js'

const pollMs = 20
/** How long nothing may be recorded before somebody has to look. */
const stillMsMax = 60_000

/** @throws when something is still under way, and nothing was recorded for a minute. */
export async function restOf(runtime: Runtime, sagas: readonly AnySaga[]): Promise<void> {
  let head = -1
  let movedMs = performance.now()
  while (!(await isAtRest(runtime, sagas))) {
    if (runtime.log.head !== head) {
      head = runtime.log.head
      movedMs = performance.now()
    }
    if (performance.now() - movedMs > stillMsMax) throw new Error(whatStandsStill(runtime))
    await pause(pollMs)
  }
}

function whatStandsStill(runtime: Runtime): string {
  const behind = runtime
    .status()
    .handlers.filter(({ lag, retryingKeys }) => lag > 0 || retryingKeys > 0)
    .map(({ name, lag, retryingKeys }) => `${name} (lag ${lag}, ${retryingKeys} keys retrying)`)
  const who = behind.length === 0 ? 'all handlers through, sagas still running' : behind.join(', ')
  return `nothing recorded for ${stillMsMax / 1_000} s at event ${runtime.log.head}: ${who}`
}
