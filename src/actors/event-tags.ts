/**
 * The tags of an event: what its definition says it can be found by, checked.
 *
 * Runs per event whose definition has tags, and never for others.
 */

import { describeValue } from '../base/errors.js'
import { InvalidTagsError } from './errors.js'

/** Tags that one event may have. */
export const tagsMax = 20
/** Longest tag. Characters. */
export const tagCharsMax = 200

export type TagsOf = (data: never) => unknown

/**
 * The tags of an event, each once; `undefined`: it has none.
 *
 * @throws {InvalidTagsError} DRAMATIS_INVALID_TAGS
 */
export function tagsOfEvent(
  streamId: string,
  type: string,
  tagsOf: TagsOf,
  data: unknown,
): readonly string[] | undefined {
  const invalid = (found: string, cause?: unknown): InvalidTagsError =>
    new InvalidTagsError(streamId, type, found, { cause })
  let tags: unknown
  try {
    tags = tagsOf(data as never)
  } catch (cause) {
    throw invalid(`an error: ${describeValue(cause)}`, cause)
  }
  if (!Array.isArray(tags)) throw invalid(describeValue(tags))
  const distinct = new Set<unknown>(tags)
  if (distinct.size > tagsMax) throw invalid(`a list of ${distinct.size}`)
  for (const tag of distinct) if (!isTag(tag)) throw invalid(`a list with ${describeValue(tag)}`)
  return distinct.size === 0 ? undefined : Object.freeze([...distinct] as string[])
}

/** Whether a value can be a tag. */
export function isTag(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0) return false
  return value.length <= tagCharsMax && value.isWellFormed()
}
