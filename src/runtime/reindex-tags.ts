/**
 * Indexing the tags of events that were recorded before their definition had any.
 *
 * Reads the log once and adds what is missing to the index, while everything goes on. Nothing is taken
 * away, and doing it again changes nothing, so whoever is interrupted begins anew.
 */

import { tagsOfEvent } from '../actors/event-tags.js'
import { functionAt, knownKeys, signalAt } from '../base/options.js'
import type { AppDefinition } from '../define/app.js'
import type { EventDefinition } from '../define/event.js'
import type { Position, RecordedEvent } from '../events/event.js'
import { PresentTypes } from '../events/present-types.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { EventStore } from '../store/contracts.js'
import { readLog } from '../store/read-log.js'
import type { TagEntry } from '../store/tags.js'

export interface ReindexTagsOptions {
  /** Called after each write. */
  readonly onProgress?: (progress: ReindexTagsProgress) => void
  /** Ends it early; what was indexed stays. */
  readonly signal?: AbortSignal
}

export interface ReindexTagsProgress {
  /** Everything up to here is indexed. */
  readonly position: Position
  readonly head: Position
  /** Events with tags so far. */
  readonly events: number
}

/** Entries that are written at once. */
const batchEvents = 1_024

/**
 * @returns how far it came: `position` is `head` unless the signal aborted.
 * @throws {InvalidTagsError} DRAMATIS_INVALID_TAGS; what was indexed before stays.
 * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED, likewise
 */
export async function reindexTags(
  store: EventStore,
  app: AppDefinition,
  upcasts: UpcastTable,
  options: ReindexTagsOptions,
): Promise<ReindexTagsProgress> {
  const { onProgress, signal } = parseOptions(options)
  const { head } = store
  const definitions = new Map(app.actors.flatMap(({ events }) => Object.entries(events))) as Map<
    string,
    EventDefinition<unknown>
  >
  const tagged = [...definitions].filter(([, { tags }]) => tags !== null).map(([type]) => type)
  const present = new PresentTypes(upcasts, tagged)
  const wantsType = present.wants.bind(present)
  let entries: TagEntry[] = []
  let events = 0
  let position = 0
  const flush = async (to: Position): Promise<void> => {
    await store.indexTags(entries)
    events += entries.length
    entries = []
    position = to
    onProgress?.({ position, head, events })
  }
  for await (const event of readLog(store, { to: head, wantsType })) {
    if (signal?.aborted === true) return { position, head, events }
    const tags = tagsOfParts(present.partsOf(event) ?? [event], definitions)
    if (tags.length > 0) entries.push({ position: event.position, tags })
    if (entries.length >= batchEvents) await flush(event.position)
  }
  await flush(head)
  return { position, head, events }
}

function tagsOfParts(
  parts: readonly RecordedEvent[],
  definitions: ReadonlyMap<string, EventDefinition<unknown>>,
): readonly string[] {
  const tags = parts.flatMap(({ streamId, type, data }) => {
    const { tags: tagsOf } = definitions.get(type)!
    return tagsOf === null ? [] : (tagsOfEvent(streamId, type, tagsOf, data) ?? [])
  })
  return [...new Set(tags)]
}

function parseOptions(options: ReindexTagsOptions): ReindexTagsOptions {
  knownKeys('reindexTags', options, ['onProgress', 'signal'])
  if (options.onProgress !== undefined) functionAt('reindexTags.onProgress', options.onProgress)
  const { signal } = options
  if (signal !== undefined) signalAt('reindexTags.signal', signal)
  return options
}
