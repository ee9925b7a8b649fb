/**
 * Whether fulfilment has come to rest: every handler is through with everything, what it sent included,
 * and no saga goes on. An order that waits for an operator is at rest too.
 *
 * Exact, not a guess by time: a handler is through with an event only when what it sent is in the log.
 */

import type { AnySaga, Runtime } from 'dramatis'

export async function isAtRest(runtime: Runtime, sagas: readonly AnySaga[]): Promise<boolean> {
  if (!areHandlersThrough(runtime)) return false
  const { head } = runtime.log
  for (const saga of sagas) {
    await runtime.caughtUp(head, { view: saga.instances })
    for (const status of ['running', 'compensating'] as const) {
      const { rows } = await runtime.saga(saga).list({ status, limit: 1 })
      if (rows.length > 0) return false
    }
  }
  return true
}

/** Whether every handler, of sagas too, is at the head of the log, and nothing waits to be tried again. */
export function areHandlersThrough(runtime: Runtime): boolean {
  const { store, handlers } = runtime.status()
  return handlers.every(
    ({ position, retryingKeys }) => position >= store.head && retryingKeys === 0,
  )
}
