/**
 * The suspects when a thread has died: which keys the events belong to that were in flight.
 *
 * Read from the log by position, since a thread leaves nothing but positions behind.
 */

import type { HandlerDefinition } from '../define/handler.js'
import type { Position } from '../events/event.js'
import type { LogReader } from '../store/contracts.js'
import { eventKeyOf } from './event-key.js'
import type { SubscribedEvents } from './subscribed-events.js'
import type { KeyName } from './work-store.js'

/** An event that was in flight when its thread died. */
export interface Suspect extends KeyName {
  readonly position: Position
}

export async function readSuspects(
  definition: HandlerDefinition,
  subscribed: SubscribedEvents,
  log: LogReader,
  positions: readonly Position[],
): Promise<readonly Suspect[]> {
  const suspects = []
  for (const position of positions) {
    const only = { after: position - 1, to: position, eventsMax: 1 }
    const { events, keyHashes } = await log.readBatch(only)
    const { partition, key } = eventKeyOf(definition, subscribed, events[0]!, keyHashes[0]!)
    suspects.push({ partition, key, position })
  }
  return suspects
}
