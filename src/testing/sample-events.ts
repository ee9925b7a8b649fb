/**
 * Events for the contract suites: small, distinguishable, checked already.
 */

import type { EventValue } from '../events/event.js'
import type { EventToStage, ExpectedVersion, StreamAppend } from '../store/contracts.js'

/** An event of the given type and payload, as the runtime hands it to a store. */
export function sampleEvent(
  data: Readonly<Record<string, EventValue>> = {},
  type = 'Deposited',
): EventToStage {
  return {
    type,
    schemaVersion: 1,
    data: Object.freeze(data),
    metadata: { commandId: 'command-1', correlationId: 'command-1', causationId: 'command-1' },
  }
}

/** An append to `Account-<id>`, with one event for each amount. */
export function sampleAppend(
  id: string,
  expectedVersion: ExpectedVersion,
  ...amounts: readonly number[]
): StreamAppend {
  return {
    aggregateType: 'Account',
    aggregateId: id,
    expectedVersion,
    events: amounts.map((amount) => sampleEvent({ amount })),
  }
}
