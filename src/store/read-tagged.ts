/**
 * Reading durable events by their tags: positions from the index, then the records that they name.
 *
 * The index is read once, the records in chunks; nothing is held open between chunks.
 */

import type { Position, RecordedEvent } from '../events/event.js'
import { streamDeleted } from '../events/stream-end.js'
import type { RecordSource } from './log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from './record-reader.js'
import type { TagQuery, TagQueryItem } from './tags.js'

/** Events that are read and decoded in one go. */
const chunkEvents = 256

/** Records, and where those of a tag are. Used synchronously, like any record source. */
export interface TagSource extends RecordSource {
  /** The positions of a tag in (after, to], in order. */
  taggedPositions(tag: string, after: Position, to: Position): readonly Position[]
}

/** A position that the index names, and the items that it was named for. */
interface Candidate {
  readonly position: Position
  readonly items: TagQueryItem[]
}

/** What a query finds in (after, to], in order, in chunks. @throws DRAMATIS_DAMAGED_RECORD */
export function* readTaggedChunks(
  source: TagSource,
  query: TagQuery,
  after: Position,
  to: Position,
): Generator<readonly RecordedEvent[]> {
  const candidates = reading(source, () => candidatesOf(source, query, after, to))
  for (let at = 0; at < candidates.length; at += chunkEvents) {
    yield reading(source, () =>
      candidates
        .slice(at, at + chunkEvents)
        .flatMap((candidate) => eventAt(source, candidate) ?? []),
    )
  }
}

/** Whether a query finds anything in (after, to]. @throws DRAMATIS_DAMAGED_RECORD */
export function hasTagged(
  source: TagSource,
  query: TagQuery,
  after: Position,
  to: Position,
): boolean {
  return reading(source, () =>
    candidatesOf(source, query, after, to).some(
      (candidate) => eventAt(source, candidate) !== undefined,
    ),
  )
}

function candidatesOf(
  source: TagSource,
  query: TagQuery,
  after: Position,
  to: Position,
): readonly Candidate[] {
  const byPosition = new Map<Position, Candidate>()
  for (const item of query) {
    for (const position of positionsOf(source, item.tags, after, to)) {
      const known = byPosition.get(position)
      if (known === undefined) byPosition.set(position, { position, items: [item] })
      else known.items.push(item)
    }
  }
  return [...byPosition.values()].sort((a, b) => a.position - b.position)
}

/** The positions that have all of the tags. */
function positionsOf(
  source: TagSource,
  tags: readonly string[],
  after: Position,
  to: Position,
): readonly Position[] {
  let positions = source.taggedPositions(tags[0]!, after, to)
  for (let at = 1; at < tags.length && positions.length > 0; at++) {
    const others = new Set(source.taggedPositions(tags[at]!, after, to))
    positions = positions.filter((position) => others.has(position))
  }
  return positions
}

function eventAt(source: TagSource, { position, items }: Candidate): RecordedEvent | undefined {
  const bytes = soundRecordAt(source, position)
  const shape = shapeOfRecord(source, position, bytes)
  const { type, aggregateType, schemaVersion } = shape
  // What was deleted is found by nothing any more.
  if (type === streamDeleted) return undefined
  const isWanted = items.some(
    ({ wantsType }) => wantsType?.(type, aggregateType, schemaVersion) ?? true,
  )
  return isWanted ? eventOfRecord(source, position, bytes, shape) : undefined
}

function reading<T>(source: TagSource, work: () => T): T {
  source.refresh()
  try {
    return work()
  } finally {
    source.release()
  }
}
