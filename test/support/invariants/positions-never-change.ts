/** Law: a position that was read once never changes, and never goes away. */

import type { RecordedEvent } from '../../../src/index.js'
import { canonical } from '../canonical.js'

type PlacedEvent = Pick<RecordedEvent, 'position'>

export interface RereadHistory {
  /** Events that somebody has read at some time. */
  readonly before: readonly PlacedEvent[]
  /** The whole log as it reads now, in order. */
  readonly now: readonly PlacedEvent[]
}

export function positionsNeverChange({ before, now }: RereadHistory): string[] {
  return before.flatMap((event) => {
    const again = now[event.position - 1]
    if (again === undefined) return [`position ${event.position} is gone`]
    return canonical(again) === canonical(event) ? [] : [`position ${event.position} has changed`]
  })
}
