/**
 * An outcome that waits for one turn of the event loop: what a handler left behind goes off before it counts.
 *
 * Ticks, microtasks, unhandled rejections and immediates come before it. So when one of them ends the thread,
 * or keeps it for ever, the event is still in flight and is known to be the one.
 */

import { yieldToEventLoop } from '../base/signal.js'
import type { DeliveryOutcome } from './delivery.js'

export async function afterTurn(
  outcome: DeliveryOutcome | Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
  const settled = await outcome
  await yieldToEventLoop()
  return settled
}
