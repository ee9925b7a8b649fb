/**
 * A redrive of a halted instance: every step that it is halted at is tried again.
 *
 * Whichever event the key is parked at: an event that came before the halt was recorded stands in front
 * of it in the line, and could never be taken in otherwise.
 */

import type { InstancePort, Origin } from './instance-port.js'

export async function retryHalts(
  instances: InstancePort,
  sagaId: string,
  origin: Origin,
): Promise<void> {
  const { halts } = await instances.state(sagaId)
  for (const { number, step } of halts) {
    const now = await instances.state(sagaId)
    // Over by now: what followed from the one before has ended it.
    if (!now.halts.some((halt) => halt.number === number)) continue
    const how = { reason: 'redriven', compensate: false, isParked: true }
    await instances.tell(sagaId, 'operate', { operation: { verb: 'retry', step, ...how } }, origin)
  }
}
