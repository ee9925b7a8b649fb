/** Law: the same seed gives the same log: every event, with its ids, times and metadata. */

import type { RecordedEvent } from '../../../src/index.js'
import { canonical } from '../canonical.js'

export interface SeededHistory {
  readonly one: readonly RecordedEvent[]
  readonly other: readonly RecordedEvent[]
}

export function sameSeedSameLog({ one, other }: SeededHistory): string[] {
  const problems = one.flatMap((event, at) => {
    const twin = other[at]
    if (twin === undefined || canonical(twin) === canonical(event)) return []
    return [`position ${event.position} is another event in the other run`]
  })
  if (one.length !== other.length) problems.push(`${one.length} and ${other.length} events`)
  return problems
}
