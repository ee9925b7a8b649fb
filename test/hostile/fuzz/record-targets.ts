/**
 * Decoders of records: one by one, with checksums that were made to fit, and in segments.
 */

import { crc32 } from 'node:zlib'
import { crcBefore } from '../../../src/base/crc-before.js'
import type { RecordedEvent } from '../../../src/events/event.js'
import { damageOf, encodeRecord, type RecordInput } from '../../../src/events/record.js'
import { sealValue } from '../../../src/events/seal.js'
import type { Shape, ShapeTable } from '../../../src/events/shapes.js'
import { UpcastTable } from '../../../src/events/upcasting.js'
import { encodeSegment, OpenSegment } from '../../../src/store/lmdb/segment.js'
import type { RecordSource } from '../../../src/store/log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from '../../../src/store/record-reader.js'
import type { Draw } from './draw.js'
import { mutated } from './mutate.js'
import {
  listOf,
  type Outcome,
  originals,
  outcomeOf,
  type Target,
  told,
  Violation,
} from './target.js'

/** Of slot 1; that of any other slot is destroyed. */
export const sealKey: Buffer = Buffer.alloc(32, 7)
export const keys = { keyAt: (slot: number): Buffer | null => (slot === 1 ? sealKey : null) }

interface StoredRecord {
  readonly bytes: Buffer
  readonly position: number
}

/** @param shapes - Takes in the shapes of what is made. */
export function recordTargets(draw: Draw, shapes: ShapeTable): readonly Target[] {
  const records = listOf(originals, (at) => recordOf(draw, shapes, at + 1))
  const groups = listOf(16, (at) =>
    listOf(1 + draw.below(12), (n) => recordOf(draw, shapes, at * 20 + n + 1)),
  )
  return [soundRecords(records, shapes), forgedRecords(records, shapes), segments(groups)]
}

function recordOf(draw: Draw, shapes: ShapeTable, position: number): StoredRecord {
  const data = draw.payload()
  const fields = Object.keys(data)
  const sealedFields = fields.slice(0, draw.below(3) === 0 ? 2 : 0)
  const shape = shapes.resolve('Order', `Type${draw.below(3)}`, 1 + draw.below(2), data)
  const aggregateId = draw.text() || 'id'
  const version = 1 + draw.below(1_000)
  const values = sealedFields.map((field) => data[field]!)
  const place = JSON.stringify([`Order-${aggregateId}@${version}`, ...sealedFields])
  const input: RecordInput = {
    ...{ shape, aggregateId, version, position, data, keyHash: draw.below(2 ** 32) },
    ...{ previousPosition: draw.below(position), previousIndex: draw.below(40) - 1 },
    ...{ recordedAtMs: draw.below(2 ** 40), occurredAtMs: draw.below(2) === 0 ? null : 1 },
    metadata: { commandId: 'c', correlationId: 'k', causationId: 'c', more: draw.value() },
    sealed:
      sealedFields.length === 0
        ? null
        : [
            {
              slot: 1,
              fields: sealedFields,
              sealed: sealValue(sealKey, place, values, draw.bytes(12)),
            },
          ],
  }
  return { bytes: encodeRecord(input), position }
}

/** The record's event, as every reader gets it. */
function readRecord(bytes: Buffer, position: number, shapes: ShapeTable): RecordedEvent {
  const source = { keys, recordAt: () => bytes, shapeAt: (number: number) => shapes.get(number) }
  const record = soundRecordAt(source as unknown as RecordSource, position)
  const shape: Shape = shapeOfRecord(source as unknown as RecordSource, position, record)
  return eventOfRecord(source as unknown as RecordSource, position, record, shape)
}

function soundRecords(records: readonly StoredRecord[], shapes: ShapeTable): Target {
  return {
    name: 'records',
    run: (draw) => {
      const { bytes, position } = draw.of(records)
      const isMoved = draw.below(8) === 0
      const at = isMoved ? position + 1 + draw.below(99) : position
      const changed = isMoved ? bytes : mutated(bytes, draw, draw.of(records).bytes)
      return outcomeOf(() => {
        const event = readRecord(changed, at, shapes)
        return told(!isMoved && changed.equals(bytes), event, () =>
          readRecord(bytes, position, shapes),
        )
      })
    },
  }
}

/** With a checksum that fits: no disk does that, and still no reader may fall over it. */
function forgedRecords(records: readonly StoredRecord[], shapes: ShapeTable): Target {
  const upcasts = upcastTable()
  return {
    name: 'records and upcasting, checksums made to fit',
    run: (draw) => {
      const { bytes, position } = draw.of(records)
      const changed = mutated(bytes, draw, draw.of(records).bytes)
      if (changed.length > 8) {
        changed.writeUInt32BE(crc32(changed, crcBefore(position >>> 0, changed, 4)), 0)
      }
      return outcomeOf(() => {
        const event = readRecord(changed, position, shapes)
        upcasts.upcast(event)
        return changed.equals(bytes) ? 'as it was' : 'another value'
      })
    },
  }
}

/** Reads into payloads, makes several events of one, and returns what it was given. */
function upcastTable(): UpcastTable {
  const one = (data: Readonly<Record<string, unknown>>): unknown => ({
    ...data,
    f0: (data.f0 as string).length,
  })
  const history = { version: 2, upcast: { 1: one }, formerly: [], into: {} }
  const splitting = {
    version: 3,
    upcast: {
      1: (data: never) => data,
      2: (data: { f1: unknown }, _event: unknown, { next }: { next: (of: unknown) => unknown }) =>
        [...(data.f1 as unknown[])].map(next),
    },
    ...{ formerly: [], into: {} },
  }
  const events = { Type0: history, Type1: splitting, Type2: { ...history, version: 1, upcast: {} } }
  return new UpcastTable([{ name: 'Order', events: events as never }])
}

function segments(groups: readonly (readonly StoredRecord[])[]): Target {
  const encoded = groups.map((records) => {
    const [first] = records
    return encodeSegment(
      first!.position,
      records.map((each) => each.bytes),
      0,
      records.length,
    )
  })
  const segment = new OpenSegment()
  const memory = Buffer.alloc(65_536, 0xa5)
  return {
    name: 'segments',
    run: (draw) => {
      const at = draw.below(groups.length)
      const [records, bytes] = [groups[at]!, encoded[at]!]
      const changed = mutated(bytes, draw, draw.of(encoded)).subarray(0, memory.length - 64)
      const start = draw.below(8) * 4
      changed.copy(memory, start)
      const { buffer, byteOffset } = memory
      const first = records[0]!.position
      segment.open(first, { buffer, byteOffset: byteOffset + start, length: changed.length })
      return segmentOutcome(segment, first, records, changed.equals(bytes))
    },
  }
}

function segmentOutcome(
  segment: OpenSegment,
  first: number,
  records: readonly StoredRecord[],
  isSame: boolean,
): Outcome {
  if (!segment.holds(first)) return 'refused'
  if (segment.run().isSound !== isSame) throw new Violation('a checksum that fits other bytes')
  for (let position = first; segment.holds(position) && position < first + 64; position++) {
    const record = segment.recordAt(position)
    if (damageOf(record, position) !== null) continue
    const original = records[position - first]
    if (original?.bytes.equals(record) !== true)
      throw new Violation(`another record at ${position}`)
  }
  return isSame ? 'as it was' : 'refused'
}
