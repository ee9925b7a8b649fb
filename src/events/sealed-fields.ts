/**
 * Personal fields in a record: sealed for their subjects, with what they read as once forgotten.
 *
 * The payload that is recorded has each sealed field's replacement in its place; the values themselves
 * stand in front of it, sealed, one seal for each subject. So a record says itself which fields are
 * personal, and reading one whose key is gone needs no definition. Runs per event with personal fields.
 */

import type { EventValue } from './event.js'
import { type KeyReader, openSeal, sealValue } from './seal.js'
import type { Shape } from './shapes.js'

/** A field of a payload that is about somebody. */
export interface PersonalField {
  readonly field: string
  /** Whom it is about. */
  readonly subjectId: string
  /** What it reads as once that subject is forgotten. */
  readonly forgotten: EventValue
}

/** Some fields of one event, sealed together. */
export interface SealedFields {
  /** Where the key is. */
  readonly slot: number
  readonly fields: readonly string[]
  readonly sealed: Buffer
}

/** As recorded: `[slot, places, sealed]`; a place is an index into the shape, or a name. */
type SealedGroup = readonly [number, readonly (number | string)[], Uint8Array]

/**
 * Seals some fields of an event's payload.
 *
 * @param eventId - The event they belong to: they open nowhere else.
 */
export function sealFields(
  { slot, key }: { readonly slot: number; readonly key: Uint8Array },
  eventId: string,
  fields: readonly string[],
  data: Readonly<Record<string, EventValue>>,
): SealedFields {
  const values = fields.map((field) => data[field]!)
  return { slot, fields, sealed: sealValue(key, placeOf(eventId, fields), values) }
}

/** The element of a record's body that holds what is sealed. */
export function sealedElement(shape: Shape, groups: readonly SealedFields[]): unknown {
  return groups.map(({ slot, fields, sealed }) => {
    const places = shape.fields === null ? fields : fields.map((field) => indexIn(shape, field))
    return [slot, places, sealed]
  })
}

/**
 * Puts what is sealed back into its places.
 *
 * @param element - What {@link sealedElement} made.
 * @param put - Puts a value where a place of the payload is: an index into the shape, or a name.
 * @returns the fields that stay as their replacements because their key is gone; `null`: none.
 * @throws {BrokenSealError}
 * @throws {DamagedKeyError} DRAMATIS_DAMAGED_KEY
 */
export function openFields(
  shape: Shape,
  eventId: string,
  element: EventValue,
  keys: KeyReader,
  put: (place: number | string, value: EventValue) => void,
): readonly string[] | null {
  let forgotten: string[] | null = null
  for (const [slot, places, sealed] of element as unknown as readonly SealedGroup[]) {
    const fields = places.map((place) =>
      typeof place === 'string' ? place : shape.fields![place]!,
    )
    const key = keys.keyAt(slot)
    if (key === null) {
      forgotten ??= []
      forgotten.push(...fields)
      continue
    }
    const opened = openSeal(key, placeOf(eventId, fields), sealed) as readonly EventValue[]
    for (let at = 0; at < places.length; at++) put(places[at]!, opened[at]!)
  }
  return forgotten
}

/** Of one event and these fields, in this order, and of nothing else. */
function placeOf(eventId: string, fields: readonly string[]): string {
  return JSON.stringify([eventId, ...fields])
}

function indexIn(shape: Shape, field: string): number {
  return shape.fields!.indexOf(field)
}
