/**
 * What does a record cost to encode and to decode, beside MessagePack alone?
 *
 * Bare packs and unpacks the same array: ids, metadata and the payload's values. A record has a header and
 * a CRC-32 in front of it, which is checked before decoding, as where it is read by itself, and what is
 * decoded is a whole event.
 */

import { Packr, Unpackr } from 'msgpackr'
import type { RecordedEvent } from '../src/events/event.js'
import { damageOf, decodeRecord, encodeRecord, type RecordInput } from '../src/events/record.js'
import { payload } from './programs/program.js'
import { exactly } from './suite/exactly.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { briefRounds, type Case, takeTurns } from './suite/turns.js'

/** As many as a turn of a reader decodes. */
const records = 1_024

const shape = {
  number: 1,
  aggregateType: 'Counter',
  type: 'Added',
  schemaVersion: 1,
  fields: Object.keys(payload),
}
/** Nothing is sealed. */
const keys = { keyAt: () => null }
const inputs = Array.from({ length: records }, (_, at) => inputOf(at + 1))
const arrays = inputs.map(({ aggregateId, metadata, data }) => [
  aggregateId,
  metadata.commandId,
  ...[null, null, null, null, null],
  ...Object.values(data),
])
const packr = new Packr({ useRecords: false })
const unpackr = new Unpackr({ useRecords: false })
const encoded = inputs.map(encodeRecord)
const packed = arrays.map((array) => packr.pack(array))

const found = await takeTurns(
  'codec',
  [
    repeated('encode', (at) => encodeRecord(inputs[at]!).length),
    repeated('bare pack', (at) => packr.pack(arrays[at]).length),
    repeated('decode', (at) => decoded(at).version),
    repeated('bare unpack', (at) => (unpackr.unpack(packed[at]!) as unknown[]).length),
  ],
  briefRounds,
)
tell({
  id: 'codec',
  question: 'What does a record cost to encode and to decode, beside MessagePack alone?',
  setting: `payload of 100 bytes: a record of ${encoded[0]!.length} bytes, of which ${packed[0]!.length} are MessagePack; in memory`,
  figures: [
    ...[...found].map(([name, values]) => ({ name, unit: 'per second' as const, values })),
    ...(
      [
        ['encode', 'bare pack'],
        ['decode', 'bare unpack'],
      ] as const
    ).map(([own, bare]) => ({
      name: `${own}, of ${bare}`,
      unit: 'ratio' as const,
      values: ratios(found.get(own)!, found.get(bare)!),
    })),
  ],
})

function inputOf(position: number): RecordInput {
  const commandId = `01HZX3V9QK${String(position).padStart(16, '0')}`
  return {
    shape,
    keyHash: position,
    aggregateId: `counter-${position}`,
    version: 1,
    position,
    previousPosition: 0,
    previousIndex: -1,
    recordedAtMs: Date.UTC(2026, 0, 1),
    occurredAtMs: null,
    data: payload,
    metadata: { commandId, correlationId: commandId, causationId: commandId },
    sealed: null,
  }
}

function decoded(at: number): RecordedEvent {
  const bytes = encoded[at]!
  const position = at + 1
  const damage = damageOf(bytes, position)
  if (damage !== null) throw new Error(`record ${position}: ${damage}`)
  return decodeRecord(bytes, position, shape, keys)
}

/** @param work - On the record of that number; what it returns for each is the same in every run. */
function repeated(name: string, work: (at: number) => number): Case {
  const sum = (): number => {
    let total = 0
    for (let at = 0; at < records; at++) total += work(at)
    return total
  }
  const expected = sum()
  return { name, perRun: records, run: async () => exactly(name, sum(), expected) }
}
