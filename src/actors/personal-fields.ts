/**
 * Personal fields of an event that was decided: which of them to seal, and for whom.
 *
 * Compiled once per event type. Runs per event with personal fields; others have none and cost one look.
 *
 * Invariant: a field that already reads as its replacement says nothing of anybody, and is not sealed;
 * so an actor goes on with what it knows after its subject was forgotten.
 */

import { isDeepStrictEqual } from 'node:util'
import { describeValue, InvalidArgumentError } from '../base/errors.js'
import type { EventDefinition } from '../define/event.js'
import type { AnyPersonalField } from '../define/personal.js'
import { compileSchema, type Payload } from '../events/schema.js'
import type { PersonalField } from '../events/sealed-fields.js'
import { isStandardSchema } from '../events/standard-schema.js'
import { InvalidSubjectError } from './errors.js'

/** Longest id of a subject. Bytes of UTF-8. */
export const subjectIdBytesMax = 512

/** The personal fields of an event type, and what it is called in errors. */
export interface PersonalType {
  readonly type: string
  readonly fields: readonly (readonly [string, AnyPersonalField])[]
}

/**
 * @returns `null`: the event has none.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: a replacement does not fit its field.
 */
export function compilePersonal(
  type: string,
  { personal, schema }: EventDefinition<unknown>,
): PersonalType | null {
  const fields = Object.entries(personal)
  // A field of a foreign schema cannot be checked by itself.
  if (!isStandardSchema(schema)) {
    for (const [field, { forgotten }] of fields) assertFits(type, field, schema[field], forgotten)
  }
  return fields.length === 0 ? null : Object.freeze({ type, fields })
}

/**
 * The fields to seal of one payload; `null`: none.
 *
 * @param data - Checked and frozen.
 * @throws {InvalidSubjectError} DRAMATIS_INVALID_SUBJECT
 */
export function personalFieldsOf(
  { type, fields }: PersonalType,
  data: Payload,
  aggregateId: string,
): readonly PersonalField[] | null {
  const found: PersonalField[] = []
  for (const [field, { subject, forgotten }] of fields) {
    const value = data[field]
    if (value === undefined || isDeepStrictEqual(value, forgotten)) continue
    const subjectId = subjectOf(type, field, () => subject(data, { aggregateId }))
    if (subjectId !== null) found.push({ field, subjectId, forgotten })
  }
  return found.length === 0 ? null : found
}

function subjectOf(type: string, field: string, ask: () => unknown): string | null {
  let found: unknown
  try {
    found = ask()
  } catch (cause) {
    throw new InvalidSubjectError(type, field, `an error (${describeValue(cause)})`, { cause })
  }
  if (found === null) return null
  if (isSubjectId(found)) return found
  // Its rejection, if any, is answered here.
  if (found instanceof Promise) found.catch(() => {})
  throw new InvalidSubjectError(type, field, describeValue(found))
}

/** A well-formed text of 1 to 512 bytes. */
export function isSubjectId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || !value.isWellFormed()) return false
  return value.length <= subjectIdBytesMax && Buffer.byteLength(value) <= subjectIdBytesMax
}

function assertFits(type: string, field: string, rule: unknown, forgotten: unknown): void {
  const check = compileSchema(`event ${type}`, { [field]: rule })
  try {
    check.check({ [field]: forgotten })
  } catch {
    throw new InvalidArgumentError(
      `what ${field} of event ${type} reads as when forgotten`,
      `a value of its schema (personal: { ${field}: { subject, forgotten } } declares another)`,
      forgotten,
    )
  }
}
