/** Law: a command that is sent again acts once. Its events are in one place, and all its receipts say so. */

import type { RecordedEvent } from '../../../src/index.js'
import type { Acknowledgement } from './acknowledged-are-there.js'

export interface RepeatedHistory {
  readonly events: readonly RecordedEvent[]
  /** Every receipt that was given, those of repetitions too. */
  readonly acknowledged: readonly Acknowledgement[]
}

export function duplicatesActOnce({ events, acknowledged }: RepeatedHistory): string[] {
  const problems: string[] = []
  const lastOf = new Map<string, number>()
  for (const { position, streamId, metadata } of events) {
    const command = `${metadata.commandId} of ${streamId}`
    const last = lastOf.get(command)
    // A stream's part of a transaction may lie apart from the other streams' parts, never from itself.
    if (last !== undefined && last !== position - 1) {
      problems.push(`command ${command} is recorded at ${last} and at ${position}`)
    }
    lastOf.set(command, position)
  }
  const placeOf = new Map<string, string>()
  for (const { commandId, streamId, version, position } of acknowledged) {
    const command = `${commandId} of ${streamId}`
    const place = `${version} at ${position}`
    const before = placeOf.get(command) ?? place
    if (before !== place) problems.push(`receipts of ${command} say ${before} and ${place}`)
    placeOf.set(command, before)
  }
  return problems
}
