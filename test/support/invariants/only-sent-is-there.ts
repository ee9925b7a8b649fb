/**
 * Law: there is no phantom. Every event was sent by somebody, and what was recorded without a receipt can
 * only be what was in flight when the process ended.
 */

import type { RecordedEvent } from '../../../src/index.js'

export interface SentHistory {
  readonly events: readonly RecordedEvent[]
  /** Whether somebody has sent a command that leads to such an event. */
  readonly wasSent: (event: never) => boolean
  /** Commands of each sender that were acknowledged, and how many it had in flight at most. */
  readonly acknowledged?: ReadonlyMap<string, number>
  readonly inFlightMax?: number
  /** Who sent the command; `undefined`: one that is not counted. */
  readonly senderOf?: (event: never) => string | undefined
}

export function onlySentIsThere({
  events,
  wasSent,
  acknowledged = new Map(),
  inFlightMax = 0,
  senderOf = () => undefined,
}: SentHistory): string[] {
  const problems = events
    .filter((event) => !wasSent(event as never))
    .map(({ id }) => `${id} was never sent`)
  const recorded = new Map<string, Set<string>>()
  for (const event of events) {
    const sender = senderOf(event as never)
    if (sender === undefined) continue
    const commands = recorded.get(sender) ?? new Set()
    recorded.set(sender, commands.add(event.metadata.commandId))
  }
  for (const [sender, { size }] of recorded) {
    if (size <= (acknowledged.get(sender) ?? 0) + inFlightMax) continue
    problems.push(`${sender} recorded ${size} commands, more than it sent`)
  }
  return problems
}
