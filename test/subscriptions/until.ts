/** Waiting for what comes about on its own, on other threads or in later turns. */

import assert from 'node:assert/strict'

/** Generous: what is waited for takes milliseconds, on a machine that others use too. */
const deadlineMs = 60_000

/** What comes about on this thread does so within fewer turns; whoever waits longer leaves the processor to others. */
const busyTurns = 100

/** Resolves once the condition holds; between looks everything else that is due runs. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const startedMs = performance.now()
  for (let turn = 0; !condition(); turn++) {
    assert(performance.now() - startedMs < deadlineMs, `waited in vain until ${what}`)
    await new Promise((resolve) => {
      if (turn < busyTurns) setImmediate(resolve)
      else setTimeout(resolve, 1)
    })
  }
}

/** Lets the event loop turn, so that whatever is due on it has run. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
