/**
 * Tags: events found by what they are about, across streams.
 *
 * What a query says, what it finds among events that are staged, and the boundary of a decision: the
 * place behind which nothing may have happened that its query finds. Durable events are found by
 * `read-tagged.ts`. Events without tags never come here.
 *
 * Invariants:
 *   - the staged events of a tag are in the order of their positions;
 *   - a boundary is of one staging: once that was dropped, the boundary holds for nothing.
 */

import { hash } from 'node:crypto'
import type { Position, RecordedEvent } from '../events/event.js'

/** Finds events that have all of the tags, and whose type is wanted. */
export interface TagQueryItem {
  /** At least one. */
  readonly tags: readonly string[]
  /** @default every type */
  readonly wantsType?: (type: string, aggregateType: string, schemaVersion: number) => boolean
}

/** Finds what any of its items does. */
export type TagQuery = readonly TagQueryItem[]

/** What a decision rests on: everything that a query finds up to a position, durable or not. */
export interface TagBoundary {
  readonly query: TagQuery
  /** Up to here, what it finds is durable. */
  readonly head: Position
  /** What it finds behind that, in order: staged, not durable. */
  readonly staged: readonly RecordedEvent[]
  /** The last position that was staged. */
  readonly after: Position
  /** Whose positions these are. */
  readonly owner: object
}

export interface TaggedEvent {
  readonly event: RecordedEvent
  readonly tags: readonly string[]
}

/** A position that is to be found under tags. */
export interface TagEntry {
  readonly position: Position
  readonly tags: readonly string[]
}

/** What a tag's keys begin with: 16 bytes of SHA-256, in hexadecimal. */
export function tagPrefix(tag: string): string {
  return hash('sha256', tag, 'hex').slice(0, 32)
}

/** The events of a group that have tags. Runs per event with tags. */
export class TaggedGroup {
  readonly events: TaggedEvent[] = []
  readonly #byTag = new Map<string, TaggedEvent[]>()

  add(tagged: TaggedEvent): void {
    this.events.push(tagged)
    for (const tag of tagged.tags) {
      const known = this.#byTag.get(tag)
      if (known === undefined) this.#byTag.set(tag, [tagged])
      else known.push(tagged)
    }
  }

  /** What a query finds behind a position, in order. */
  find(query: TagQuery, after: Position): readonly RecordedEvent[] {
    if (this.events.length === 0) return []
    const found = new Map<Position, RecordedEvent>()
    for (const item of query) {
      const ofTag = this.#byTag.get(item.tags[0]!) ?? []
      for (let at = ofTag.length - 1; at >= 0; at--) {
        const { event } = ofTag[at]!
        if (event.position <= after) break
        if (isFound(item, ofTag[at]!)) found.set(event.position, event)
      }
    }
    return [...found.values()].sort((a, b) => a.position - b.position)
  }
}

function isFound({ tags: wanted, wantsType }: TagQueryItem, { event, tags }: TaggedEvent): boolean {
  if (!wanted.every((tag) => tags.includes(tag))) return false
  return wantsType?.(event.type, event.aggregateType, event.schemaVersion) ?? true
}
