/**
 * What a log in memory holds: records, heads, snapshots, tags and claims, on a `MemoryDisk`.
 *
 * Plain content. When a change is durable, and who may read, is the storage's that has it open.
 */

import type { Position } from '../../events/event.js'
import type { Shape } from '../../events/shapes.js'
import type { ChainHead, StagedGroup } from '../log-storage.js'
import type { TagEntry } from '../tags.js'

export class MemoryLog {
  /** Index = position - 1. */
  readonly records: Buffer[] = []
  /** Index = shape number - 1. */
  readonly shapes: Shape[] = []
  readonly heads: Map<string, ChainHead> = new Map()
  readonly snapshots: Map<string, Buffer> = new Map()
  /** Positions of each tag, in order. */
  readonly tags: Map<string, Position[]> = new Map()
  readonly claims: Map<string, string> = new Map()

  /** Takes a whole group in. */
  add(group: StagedGroup): void {
    for (const shape of group.shapes) this.shapes.push(shape)
    for (const bytes of group.records) this.records.push(bytes)
    for (const [streamId, head] of group.heads) this.heads.set(streamId, head)
    for (const { event, tags } of group.tagged) this.addTags({ position: event.position, tags })
    for (const [key, owner] of group.claims) {
      if (owner === null) this.claims.delete(key)
      else this.claims.set(key, owner)
    }
    for (const { streamId, records } of group.deletions) {
      for (const [position, bytes] of records) this.records[position - 1] = bytes
      this.snapshots.delete(streamId)
    }
  }

  /** New events have the highest positions; older ones come when an index is filled later. */
  addTags({ position, tags }: TagEntry): void {
    for (const tag of tags) {
      const positions = this.tags.get(tag) ?? []
      this.tags.set(tag, positions)
      const before = positions.findLastIndex((each) => each <= position)
      if (positions[before] !== position) positions.splice(before + 1, 0, position)
    }
  }

  /** Everything that is in it, in one order. */
  *parts(): Generator<string | Buffer> {
    for (const shape of this.shapes) yield JSON.stringify(shape)
    yield* this.records
    yield* entriesOf('head', this.heads, (head) => JSON.stringify(head))
    yield* entriesOf('snapshot', this.snapshots, (bytes) => bytes)
    yield* entriesOf('tag', this.tags, (positions) => positions.join())
    yield* entriesOf('claim', this.claims, (owner) => owner)
  }
}

function* entriesOf<T>(
  kind: string,
  entries: ReadonlyMap<string, T>,
  partOf: (value: T) => string | Buffer,
): Generator<string | Buffer> {
  for (const key of [...entries.keys()].sort()) {
    yield `${kind} ${key}`
    yield partOf(entries.get(key)!)
  }
}
