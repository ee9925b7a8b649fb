/**
 * What a decision asks for, as a host writes it: types and tags, checked and made ready to look up.
 *
 * The types of the events follow from the creators that the query names.
 */

import type { DecisionQuery } from '../actors/decisions.js'
import { isTag, tagCharsMax } from '../actors/event-tags.js'
import { InvalidArgumentError } from '../base/errors.js'
import { arrayAt, isArray, knownKeys } from '../base/options.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { NewEvent, RecordedEvent } from '../events/event.js'
import { PresentTypes } from '../events/present-types.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { TagQueryItem } from '../store/tags.js'

/** A type of event: its creator, which knows the payload (`Course.creators.CourseOpened`), or its name. */
export type EventTypeReference =
  | string
  // biome-ignore lint/suspicious/noExplicitAny: the bound of every creator, whatever its payload.
  | { (data: any): NewEvent; readonly type: string }

/** Finds the events of these types that have all of these tags. */
export interface EventQueryItem {
  /** @default every type */
  readonly types?: readonly EventTypeReference[]
  /** At least one, at most 20. */
  readonly tags: readonly string[]
}

/** Finds what any of its items does. At most 20 of them. */
export type EventQuery = EventQueryItem | readonly EventQueryItem[]

type EventOfType<T> = T extends {
  (data: infer Data): NewEvent
  readonly type: infer Type extends string
}
  ? RecordedEvent<Type, Data>
  : AnyRecordedEvent

type EventOfItem<Item> = Item extends { readonly types: readonly (infer T)[] }
  ? EventOfType<T>
  : AnyRecordedEvent

/** The events that a query finds. */
export type EventsOfQuery<Query> = Query extends readonly (infer Item)[]
  ? EventOfItem<Item>
  : EventOfItem<Query>

const itemsMax = 20
const tagsMax = 20

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseEventQuery(query: EventQuery, upcasts: UpcastTable): DecisionQuery {
  const items = listOf(query)
  if (items.length === 0 || items.length > itemsMax) {
    throw new InvalidArgumentError('query', `an item, or a list of 1 to ${itemsMax}`, query)
  }
  const parsed = items.map((item) => parseItem(item, upcasts))
  const all = parsed.map(({ types }) => types)
  const isTyped = all.every((types) => types !== undefined)
  const wanted = new PresentTypes(upcasts, isTyped ? all.flat() : undefined)
  return {
    query: parsed.map(({ item }) => item),
    partsOf: (event) => wanted.partsOf(event),
  }
}

function listOf(query: EventQuery): readonly EventQueryItem[] {
  return isArray(query)
    ? arrayAt('query', query as readonly EventQueryItem[])
    : [query as EventQueryItem]
}

interface ParsedItem {
  readonly item: TagQueryItem
  readonly types: readonly string[] | undefined
}

function parseItem(given: EventQueryItem, upcasts: UpcastTable): ParsedItem {
  const known = knownKeys('query', given, ['types', 'tags'])
  const tags = parseTags('query.tags', known.tags)
  if (known.types === undefined) return { item: { tags }, types: undefined }
  const types = arrayAt('query.types', known.types).map(nameOf)
  if (types.length === 0) {
    throw new InvalidArgumentError(
      'query.types',
      'left out, or a list of at least one',
      known.types,
    )
  }
  const present = new PresentTypes(upcasts, types)
  const wantsType: NonNullable<TagQueryItem['wantsType']> = (type, aggregateType, schemaVersion) =>
    present.wants(type, aggregateType, schemaVersion)
  return { item: { tags, wantsType }, types }
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseTags(argument: string, tags: readonly string[]): readonly string[] {
  const distinct = [...new Set(arrayAt(argument, tags))]
  const isList = distinct.length > 0 && distinct.length <= tagsMax
  if (isList && distinct.every((tag) => isTag(tag))) return distinct
  const expected = `a list of 1 to ${tagsMax} texts of 1 to ${tagCharsMax} characters`
  throw new InvalidArgumentError(argument, expected, tags)
}

function nameOf(type: EventTypeReference): string {
  const name: unknown = typeof type === 'function' ? type.type : type
  if (typeof name === 'string' && name.length > 0) return name
  throw new InvalidArgumentError('query.types', 'creators of events, or their names', type)
}
