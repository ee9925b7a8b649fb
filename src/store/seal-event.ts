/**
 * Sealing the personal fields of an event that is being staged, one seal for each subject.
 *
 * Runs per event with personal fields.
 */

import type { EventValue } from '../events/event.js'
import { eventIdOf } from '../events/record.js'
import { type PersonalField, type SealedFields, sealFields } from '../events/sealed-fields.js'
import type { EventToStage } from './contracts.js'
import { SubjectForgottenError } from './errors.js'
import type { KeyVault } from './keys/key-vault.js'

/** What a record holds of an event: the payload with replacements, and what they stand for. */
export interface SealedEvent {
  readonly data: Readonly<Record<string, EventValue>>
  readonly sealed: readonly SealedFields[]
}

/** @throws {SubjectForgottenError} DRAMATIS_SUBJECT_FORGOTTEN */
export function sealEvent(
  keys: KeyVault,
  aggregateType: string,
  streamId: string,
  version: number,
  event: EventToStage,
  personal: readonly PersonalField[],
): SealedEvent {
  const { type, schemaVersion } = event
  const eventId = eventIdOf(streamId, version)
  const data: Record<string, EventValue> = { ...event.data }
  const sealed: SealedFields[] = []
  for (const [subjectId, fields] of fieldsBySubject(personal)) {
    const key = keys.subjectKey(subjectId)
    if (key === null) throw new SubjectForgottenError(subjectId, streamId, type)
    sealed.push(sealFields(key, eventId, fields, event.data))
  }
  for (const { field, forgotten } of personal) data[field] = forgotten
  keys.noteSealed(aggregateType, type, schemaVersion)
  return { data, sealed }
}

function fieldsBySubject(personal: readonly PersonalField[]): ReadonlyMap<string, string[]> {
  const bySubject = new Map<string, string[]>()
  for (const { field, subjectId } of personal) {
    const fields = bySubject.get(subjectId)
    if (fields === undefined) bySubject.set(subjectId, [field])
    else fields.push(field)
  }
  return bySubject
}
