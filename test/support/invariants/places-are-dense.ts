/** Law: positions of the log and versions of streams are dense, and time never goes back along the log. */

import type { RecordedEvent } from '../../../src/index.js'

export interface PlacedHistory {
  readonly events: readonly Pick<
    RecordedEvent,
    'id' | 'position' | 'streamId' | 'version' | 'recordedAt'
  >[]
  /** What the store says the last position is. */
  readonly head: number
}

export function placesAreDense({ events, head }: PlacedHistory): string[] {
  const problems: string[] = []
  const versions = new Map<string, number>()
  for (const [at, { id, position, streamId, version, recordedAt }] of events.entries()) {
    if (position !== at + 1) problems.push(`position ${position} is out of line at ${at + 1}`)
    const before = versions.get(streamId) ?? 0
    if (version !== before + 1) problems.push(`${id} follows ${before}`)
    versions.set(streamId, version)
    if (at > 0 && recordedAt < events[at - 1]!.recordedAt) {
      problems.push(`position ${position} was recorded before the one ahead of it`)
    }
  }
  if (events.length !== head) problems.push(`${events.length} events up to head ${head}`)
  return problems
}
