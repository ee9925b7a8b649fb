/**
 * Between two acts: waits until views and handlers have seen everything, and no retry is pending.
 *
 * Parked keys stay parked: they are what the next act is about, and the others do not wait for them.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { takePulse } from './pulse.js'
import type { Stage } from './stage.js'

const pollMs = 20
const settleMsMax = 120_000

/** @throws when it takes more than two minutes, or the signal is aborted. */
export async function settle({ runtime, signal }: Stage): Promise<void> {
  const deadlineMs = performance.now() + settleMsMax
  for (;;) {
    const pulse = takePulse(runtime)
    if (pulse.viewLag === 0 && pulse.handlerLag === 0 && pulse.retryingKeys === 0) return
    if (performance.now() > deadlineMs) {
      throw new Error(`expected views and handlers to catch up, found ${JSON.stringify(pulse)}`)
    }
    await pause(pollMs, undefined, { signal })
  }
}
