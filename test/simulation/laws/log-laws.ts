/**
 * What a log of this app must be, whatever was sent: its commands whole, also those that were sent together,
 * and each name held by one. What every log must be is said in `test/support/invariants/`.
 *
 * Laws are functions of facts that return what is wrong: none of them throws, none of them knows how
 * the facts came about.
 */

import type { DecisionHistory } from '../../support/invariants/decisions-rest-on-the-log.js'
import type { SeenEvent } from '../history.js'

/** Whether an event is a part of a command that says so. */
export function isPart({ type }: SeenEvent): boolean {
  return type === 'Added' || type === 'Named'
}

/** The parts of a command, and the commands of a transaction, stand one behind the other, all of them. */
export function wholenessProblems(events: readonly SeenEvent[]): string[] {
  const problems: string[] = []
  for (const [at, event] of events.entries()) {
    if (!isPart(event)) continue
    const expected = nextPart(event)
    const next = events[at + 1]
    if (expected !== null && (next === undefined || !isSame(placeOf(next), expected))) {
      problems.push(`behind position ${event.position} is not ${expected.join(' ')}`)
    }
    const first = event.data.at === 1 && (event.data.part ?? 1) === 1
    const previous = events[at - 1]
    const led = previous !== undefined && isPart(previous) ? nextPart(previous) : null
    if (!first && (led === null || !isSame(placeOf(event), led))) {
      problems.push(`position ${event.position} is a part of a command that did not begin`)
    }
  }
  return problems
}

/** Group, place in the group, and part. */
type Place = readonly [group: string, at: number, part: number]

function placeOf({ data }: SeenEvent): Place {
  return [data.group, data.at, data.part ?? 1]
}

/** What has to come next; `null`: nothing of this command. */
function nextPart({ data }: SeenEvent): Place | null {
  const { group, at, of, part = 1, parts = 1 } = data
  if (part < parts) return [group, at, part + 1]
  return at < of ? [group, at + 1, 1] : null
}

function isSame(one: Place, other: Place): boolean {
  return one.every((each, at) => each === other[at])
}

/** For `laws.decisionsRestOnTheLog`: the state that an event says it was decided on, and how accounts change. */
export const decisions: Pick<DecisionHistory, 'decidedOn' | 'initialState' | 'evolve'> = {
  decidedOn: (event: SeenEvent) => {
    if (!isPart(event)) return undefined
    const { part = 1, eventsBefore, sumBefore } = event.data
    return { part, state: { events: eventsBefore, sum: sumBefore } }
  },
  initialState: { events: 0, sum: 0 },
  evolve: ({ events, sum }: { events: number; sum: number }, { data }: SeenEvent) => {
    return { events: events + 1, sum: sum + (data.amount ?? 0) }
  },
}

/** At no position do two streams hold one name. */
export function claimProblems(events: readonly SeenEvent[]): string[] {
  const problems: string[] = []
  const owners = new Map<string, string>()
  const held = new Map<string, string>()
  for (const { type, streamId, data, position } of events) {
    if (type !== 'Named') continue
    const before = held.get(streamId) ?? ''
    if (before !== '') owners.delete(before)
    held.set(streamId, data.name)
    if (data.name === '') continue
    const owner = owners.get(data.name)
    if (owner !== undefined) problems.push(`position ${position} takes '${data.name}' of ${owner}`)
    owners.set(data.name, streamId)
  }
  return problems
}
