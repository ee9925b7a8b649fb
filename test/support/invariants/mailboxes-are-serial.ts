/**
 * Law: mailboxes are serial. Commands of one sender to one actor are recorded in the order in which they were
 * sent, without one left out, and each was decided on exactly what the log has before it.
 */

import type { RecordedEvent } from '../../../src/index.js'
import { canonical } from '../canonical.js'

export interface DecidedCommand {
  /** Numbers count from 1 for each sender, and for each actor that it sends to. */
  readonly sender: string
  readonly number: number
  /** The state that it was decided on. */
  readonly state: unknown
}

export interface MailboxHistory {
  readonly events: readonly RecordedEvent[]
  /** `undefined`: its command is not looked at. */
  readonly decidedBy: (event: never) => DecidedCommand | undefined
  readonly initialState: unknown
  readonly evolve: (state: never, event: never) => unknown
}

export function mailboxesAreSerial(history: MailboxHistory): string[] {
  const { events, decidedBy, initialState, evolve } = history
  const problems: string[] = []
  const numbers = new Map<string, number>()
  const states = new Map<string, unknown>()
  let ahead: { readonly commandId: string; readonly state: unknown } | null = null
  for (const event of events) {
    const { streamId, metadata } = event
    const { commandId } = metadata
    const state = states.get(streamId) ?? initialState
    const begins = ahead?.commandId !== commandId
    // All events of a command were decided on the state before its first.
    const base: unknown = begins ? state : ahead!.state
    ahead = { commandId, state: base }
    states.set(streamId, evolve(state as never, event as never))
    const decided = decidedBy(event as never)
    if (decided === undefined) continue
    if (canonical(decided.state) !== canonical(base)) {
      problems.push(`${event.id} was decided on another state than the log's`)
    }
    if (!begins) continue
    const sender = `${decided.sender} ${streamId}`
    const last = numbers.get(sender) ?? 0
    if (decided.number !== last + 1) problems.push(`command ${commandId} follows ${last}`)
    numbers.set(sender, decided.number)
  }
  return problems
}
