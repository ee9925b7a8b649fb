/**
 * The lines of events of an export, read from a store.
 *
 * Events are what was recorded, not what they would be today. Nothing is held between batches, so a
 * store may be exported while it is being written to. Personal fields are written as they are read: in the
 * clear, or all of them as forgotten.
 */

import type { Position, RecordedEvent } from '../../events/event.js'
import { eventToJson } from '../../events/event-json.js'
import type { LogReader } from '../contracts.js'
import type { ExportRange } from './exchange-format.js'

/** Lines of all events up to a position, each with its end. */
export interface ExportedLines {
  readonly text: string
  readonly events: readonly RecordedEvent[]
  /** Everything up to here is in this piece or in those before it. */
  readonly position: Position
}

const batchEvents = 1_024

/** Throws as `LogReader.readBatch` does. */
export async function* exportLines(
  store: LogReader,
  { after, to }: ExportRange,
  asForgotten: boolean,
): AsyncGenerator<ExportedLines, void> {
  let position = after
  while (position < to) {
    const batch = await store.readBatch({
      after: position,
      to,
      eventsMax: batchEvents,
      asForgotten,
    })
    position = batch.scannedTo
    const text = batch.events.map((event) => `${eventToJson(event)}\n`).join('')
    yield { text, events: batch.events, position }
  }
}
