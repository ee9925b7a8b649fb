/**
 * Events as hosts read them: each recorded one replaced by what it is today.
 *
 * Runs per event.
 */

import type { RecordedEvent } from '../events/event.js'

/** @param partsOf - The events that a recorded one is today; `null`: itself. */
export async function* upcastEvents(
  events: AsyncIterable<RecordedEvent>,
  partsOf: (event: RecordedEvent) => readonly RecordedEvent[] | null,
): AsyncGenerator<RecordedEvent> {
  for await (const event of events) {
    const parts = partsOf(event)
    if (parts === null) yield event
    else yield* parts
  }
}
