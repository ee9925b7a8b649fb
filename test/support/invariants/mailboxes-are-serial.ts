/**
 * Law: mailboxes are serial. Commands of one sender to one actor are recorded in the order in which they were
 * sent, without one left out.
 */

import type { RecordedEvent } from '../../../src/index.js'

export interface SentCommand {
  /** Numbers count from 1 for each sender, and for each actor that it sends to. */
  readonly sender: string
  readonly number: number
}

export interface MailboxHistory {
  readonly events: readonly RecordedEvent[]
  /** `undefined`: its command is not looked at. */
  readonly sentBy: (event: never) => SentCommand | undefined
}

export function mailboxesAreSerial({ events, sentBy }: MailboxHistory): string[] {
  const problems: string[] = []
  const numbers = new Map<string, number>()
  let commandBefore: string | null = null
  for (const event of events) {
    const { streamId, metadata } = event
    const { commandId } = metadata
    const begins = commandId !== commandBefore
    commandBefore = commandId
    const sent = sentBy(event as never)
    if (sent === undefined || !begins) continue
    const sender = `${sent.sender} ${streamId}`
    const last = numbers.get(sender) ?? 0
    if (sent.number !== last + 1) problems.push(`command ${commandId} follows ${last}`)
    numbers.set(sender, sent.number)
  }
  return problems
}
