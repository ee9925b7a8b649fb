/**
 * Personal fields: which fields of an event are about somebody, and about whom.
 *
 * A description. `actors/personal-fields.ts` asks it when an event is recorded; sealing, keys and
 * forgetting are the store's and the runtime's.
 *
 * Invariant: every replacement is an event value, and every name a field of the event's schema (which a
 * Standard Schema does not tell: there the types alone see to it).
 */

import { InvalidArgumentError } from '../base/errors.js'
import { frozenTable } from '../base/freeze.js'
import { functionAt, knownKeys, objectAt } from '../base/options.js'
import type { EventValue } from '../events/event.js'
import { isStandardSchema } from '../events/standard-schema.js'
import { copyValue } from '../events/values.js'

/** What a forgotten text reads as, unless its definition says otherwise. */
export const forgottenText = '[forgotten]'

/**
 * Whom a field is about: the id under which `runtime.forget` finds it. Pure and synchronous; asked with
 * the whole payload when the event is recorded. `null`: about nobody this time, recorded as it is.
 *
 * The id itself is recorded nowhere, but whoever guesses it can confirm the guess: an id must not be
 * personal.
 */
export type SubjectOf<Data> = {
  // A method, so that definitions with payloads of their own fit where any definition does.
  of(data: Data, tools: { readonly aggregateId: string }): string | null
}['of']

/** A field with a replacement of its own. */
export interface PersonalFieldOptions<Data, Value> {
  readonly subject: SubjectOf<Data>
  /** What the field reads as once its subject is forgotten; fits the field's schema. */
  readonly forgotten: Value
}

type PersonalFieldOf<Data, Value> =
  | PersonalFieldOptions<Data, Value>
  // What reads as '[forgotten]' must be able to hold any text.
  | (string extends Value ? SubjectOf<Data> : never)

/** Fields of a payload, by name. */
export type PersonalFields<Data> = {
  readonly [K in keyof Data & string]?: PersonalFieldOf<Data, Required<Data>[K]>
}

/** A personal field with its types erased: how the runtime holds it. */
export interface AnyPersonalField {
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is SubjectOf.
  readonly subject: SubjectOf<any>
  readonly forgotten: EventValue
}

export type AnyPersonalFields = Readonly<Record<string, AnyPersonalField>>

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parsePersonalFields(schema: object, personal: object): AnyPersonalFields {
  const fields: Record<string, AnyPersonalField> = {}
  for (const [field, given] of Object.entries(objectAt('personal', personal))) {
    if (!isStandardSchema(schema) && (!Object.hasOwn(schema, field) || field.startsWith('$$'))) {
      throw new InvalidArgumentError('personal', 'an object of fields of the schema', field)
    }
    if (given !== undefined) fields[field] = parseField(`personal.${field}`, given)
  }
  return frozenTable(fields)
}

function parseField(argument: string, given: unknown): AnyPersonalField {
  if (typeof given === 'function') {
    return Object.freeze({ subject: given as never, forgotten: forgottenText })
  }
  knownKeys(argument, given, ['subject', 'forgotten'])
  const { subject, forgotten } = given as { subject: unknown; forgotten: unknown }
  return Object.freeze({
    subject: functionAt(`${argument}.subject`, subject) as never,
    forgotten: copyForgotten(`${argument}.forgotten`, forgotten),
  })
}

function copyForgotten(argument: string, forgotten: unknown): EventValue {
  try {
    return copyValue(forgotten, argument)
  } catch {
    throw new InvalidArgumentError(argument, 'a value that an event may hold', forgotten)
  }
}
