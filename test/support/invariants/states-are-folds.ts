/** Law: a live state is the fold of its stream, and so is a snapshot: of as much as it says. */

import type { RecordedEvent } from '../../../src/index.js'
import { canonical } from '../canonical.js'

/** A state of an actor at a version: live, or of a snapshot. */
export interface StateSeen {
  readonly streamId: string
  /** `null`: whatever the stream ends with. */
  readonly version: number | null
  readonly state: unknown
}

export interface StateHistory {
  readonly events: readonly Pick<RecordedEvent, 'streamId'>[]
  readonly states: readonly StateSeen[]
  readonly initialState: unknown
  readonly evolve: (state: never, event: never) => unknown
}

export function statesAreFolds({ events, states, initialState, evolve }: StateHistory): string[] {
  const streams = new Map<string, Pick<RecordedEvent, 'streamId'>[]>()
  for (const event of events) {
    const stream = streams.get(event.streamId)
    if (stream === undefined) streams.set(event.streamId, [event])
    else stream.push(event)
  }
  return states.flatMap(({ streamId, version, state }) => {
    const stream = streams.get(streamId) ?? []
    const to = version ?? stream.length
    if (to > stream.length) return [`${streamId} has a state at ${to} of ${stream.length}`]
    const fold = stream
      .slice(0, to)
      .reduce((folded, event) => evolve(folded as never, event as never), initialState)
    return canonical(fold) === canonical(state)
      ? []
      : [`${streamId} at ${to} is ${canonical(state)}, and folds to ${canonical(fold)}`]
  })
}
