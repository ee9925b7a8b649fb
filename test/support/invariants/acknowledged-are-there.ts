/** Law: no acknowledged event is lost. What a receipt said is in the log, where it said, to its end. */

import type { RecordedEvent } from '../../../src/index.js'

/** What a receipt said: the last event of a command. */
export interface Acknowledgement {
  readonly commandId: string
  readonly streamId: string
  readonly version: number
  readonly position: number
}

export interface AcknowledgedHistory {
  /** The whole log, in order. */
  readonly events: readonly RecordedEvent[]
  readonly acknowledged: readonly Acknowledgement[]
}

export function acknowledgedAreThere({ events, acknowledged }: AcknowledgedHistory): string[] {
  return acknowledged.flatMap(({ commandId, streamId, version, position }) => {
    const event = events[position - 1]
    const next = events[position]
    const isThere =
      event?.metadata.commandId === commandId &&
      event.streamId === streamId &&
      event.version === version
    if (!isThere) return [`command ${commandId} was acknowledged at ${position} and is not there`]
    const goesOn = next?.metadata.commandId === commandId && next.streamId === streamId
    return goesOn ? [`command ${commandId} was acknowledged at ${position} and goes on after`] : []
  })
}
