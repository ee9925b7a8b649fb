/**
 * Appending in one step, for tools and tests: stage, then commit.
 *
 * Whoever stages elsewhere at the same time must not use it: a commit takes everything staged along.
 */

import type { RecordedEvent } from '../events/event.js'
import type { EventStore, StreamAppend } from './contracts.js'

/** Appends and waits until it is durable. Throws as `stage` and `commit` do. */
export async function appendEvents(
  store: EventStore,
  appends: readonly StreamAppend[],
): Promise<readonly RecordedEvent[]> {
  const placed = store.stage(appends)
  await store.commit()
  return placed.flat()
}
