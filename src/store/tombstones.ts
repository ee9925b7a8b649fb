/**
 * Tombstones: what the records of a deleted stream become.
 *
 * Place, version, time and the chain stay, so that positions are dense and times do not go back; payload
 * and metadata are gone. A tombstone is an ordinary record, of a `$StreamDeleted`.
 */

import type { Position } from '../events/event.js'
import {
  encodeRecord,
  keyHashOf,
  previousIndexOf,
  previousPositionOf,
  recordedAtMsOf,
  versionOf,
} from '../events/record.js'
import type { Shape } from '../events/shapes.js'
import { splitStreamId } from '../events/stream-id.js'
import type { StreamHead } from './contracts.js'
import type { RecordSource } from './log-storage.js'
import { soundRecordAt } from './record-reader.js'
import { StreamWalk } from './walk-stream.js'

const noMetadata = Object.freeze({ commandId: '', correlationId: '', causationId: '' })
const noData = Object.freeze({})

/**
 * A tombstone for each event of a stream, by position.
 *
 * @param shape - Of `$StreamDeleted`, in the actor's type.
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
 */
export function tombstonesOf(
  source: RecordSource,
  streamId: string,
  head: StreamHead,
  shape: Shape,
): ReadonlyMap<Position, Buffer> {
  const { aggregateId } = splitStreamId(streamId)
  const records = new Map<Position, Buffer>()
  for (const position of new StreamWalk(source, streamId).positions(head)) {
    const bytes = soundRecordAt(source, position)
    records.set(
      position,
      encodeRecord({
        shape,
        keyHash: keyHashOf(bytes),
        aggregateId,
        version: versionOf(bytes),
        position,
        previousPosition: previousPositionOf(bytes),
        previousIndex: previousIndexOf(bytes),
        recordedAtMs: recordedAtMsOf(bytes),
        occurredAtMs: null,
        data: noData,
        metadata: noMetadata,
        sealed: null,
      }),
    )
  }
  return records
}
