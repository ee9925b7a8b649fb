/** Law: every command was decided on exactly what the log has of its stream before it. */

import type { RecordedEvent } from '../../../src/index.js'
import { canonical } from '../canonical.js'

/** What an event says of its decision. */
export interface DecidedOn {
  /** Which event of its command it is, from 1. */
  readonly part: number
  readonly state: unknown
}

export interface DecisionHistory {
  readonly events: readonly Pick<RecordedEvent, 'id' | 'streamId'>[]
  /** `undefined`: its command is not looked at. */
  readonly decidedOn: (event: never) => DecidedOn | undefined
  readonly initialState: unknown
  readonly evolve: (state: never, event: never) => unknown
}

export function decisionsRestOnTheLog(history: DecisionHistory): string[] {
  const { events, decidedOn, initialState, evolve } = history
  const problems: string[] = []
  const states = new Map<string, unknown>()
  /** All events of a command were decided on the state before its first. */
  const bases = new Map<string, unknown>()
  for (const event of events) {
    const { id, streamId } = event
    const state = states.get(streamId) ?? initialState
    states.set(streamId, evolve(state as never, event as never))
    const decided = decidedOn(event as never)
    if (decided === undefined) continue
    if (decided.part === 1) bases.set(streamId, state)
    if (canonical(decided.state) === canonical(bases.get(streamId))) continue
    problems.push(`${id} was decided on another state than the log's`)
  }
  return problems
}
