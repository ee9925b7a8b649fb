/** An event as it was recorded, of one actor and one place in the log. */

import type { RecordedEvent } from '../../src/events/event.js'

type Data = Readonly<Record<string, unknown>>

export function recorded(type: string, schemaVersion: number, data: Data = {}): RecordedEvent {
  return {
    id: 'Order-1@3',
    type,
    schemaVersion,
    aggregateType: 'Order',
    aggregateId: '1',
    streamId: 'Order-1',
    version: 3,
    position: 7,
    recordedAt: new Date(1_000),
    occurredAt: new Date(500),
    data,
    metadata: { commandId: 'c', correlationId: 'c', causationId: 'c' },
  }
}
