/** Replays on a thread that says so when it begins, and then never does anything else. */

import type { RunTask } from '../../../src/pool/contracts.js'
import { Flight } from '../../../src/subscriptions/flight.js'
import type { ReplayRequest } from '../../../src/subscriptions/replay-messages.js'

export async function createTaskRunner(): Promise<RunTask> {
  return async (request, channel) => {
    const { lines, flight } = request as ReplayRequest
    const { slot, position } = lines[0]![0]!
    new Flight(flight).begin(slot, position)
    // A request is the one thing that a test hears of.
    channel.post({ type: 'cancelTimer', id: 1, name: 'begun' })
    await new Promise((resolve) => setImmediate(resolve))
    for (;;);
  }
}
