/**
 * The record: every event comes back from its bytes, and no damage to them goes unseen.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  damageOf,
  decodeRecord,
  encodeRecord,
  headerBytes,
  keyHashOf,
  previousIndexOf,
  previousPositionOf,
  type RecordInput,
  recordedAtMsOf,
  sealedRecordFormat,
  shapeNumberOf,
  versionOf,
} from '../../src/events/record.js'
import { ShapeTable } from '../../src/events/shapes.js'
import { arbitraryRecord, eventOf } from './arbitrary-records.js'
import { noKeys } from './no-keys.js'

const metadata = { commandId: 'c1', correlationId: 'c1', causationId: 'c1' }

function inputOf(changes: Partial<RecordInput> = {}): RecordInput {
  const data = changes.data ?? { paymentId: 'p1', amountCents: 1999 }
  return {
    shape: new ShapeTable().resolve('Order', 'OrderPaid', 1, data),
    keyHash: 0xfeedbeef,
    aggregateId: '4711',
    version: 2,
    position: 9,
    previousPosition: 7,
    previousIndex: -1,
    recordedAtMs: Date.UTC(2026, 0, 1),
    occurredAtMs: null,
    data,
    metadata,
    sealed: null,
    ...changes,
  }
}

/** Decoded through a copy, as a store hands it over. */
function decode(input: RecordInput): ReturnType<typeof decodeRecord> {
  const bytes = Buffer.from(encodeRecord(input))
  assert.equal(damageOf(bytes, input.position), null)
  return decodeRecord(bytes, input.position, input.shape, noKeys)
}

describe('an encoded record', () => {
  test('decodes to its event, whatever the event is', () => {
    fc.assert(
      fc.property(arbitraryRecord, (input) => {
        assert.deepStrictEqual(decode(input), eventOf(input))
      }),
      { numRuns: 1_000 },
    )
  })

  test('shows its header without being decoded', () => {
    fc.assert(
      fc.property(arbitraryRecord, (input) => {
        const bytes = encodeRecord(input)

        assert.equal(shapeNumberOf(bytes), input.shape.number)
        assert.equal(keyHashOf(bytes), input.keyHash)
        assert.equal(versionOf(bytes), input.version)
        assert.equal(previousPositionOf(bytes), input.previousPosition)
        assert.equal(previousIndexOf(bytes), input.previousIndex)
        assert.equal(recordedAtMsOf(bytes), input.recordedAtMs)
      }),
      { numRuns: 200 },
    )
  })

  test('is the same bytes for the same event', () => {
    assert.deepEqual(encodeRecord(inputOf()), encodeRecord(inputOf()))
  })

  test('spends nothing on what equals its default', () => {
    const plain = encodeRecord(inputOf())
    const told = encodeRecord(
      inputOf({
        metadata: { commandId: 'c1', correlationId: 'c0', causationId: 'e0', userId: 'u' },
        occurredAtMs: 1,
      }),
    )

    assert.equal(told.length - plain.length, 'c0'.length + 'e0'.length + 'u'.length)
  })

  test('spends ten bytes on the hash of a command that its caller named', () => {
    const unnamed = encodeRecord(inputOf())
    const named = encodeRecord(inputOf({ metadata: { ...metadata, commandHash: 'a_-9Zz0Q' } }))

    assert.equal(named.length - unnamed.length, 10)
  })

  test('has no trace of absent fields behind the last present one', () => {
    const table = new ShapeTable()
    table.resolve('Order', 'OrderPaid', 1, { a: 1, b: 1, c: 1 })
    const shape = table.get(1)!

    const all = encodeRecord(inputOf({ shape, data: { a: 1, b: 1, c: 1 } }))
    const first = encodeRecord(inputOf({ shape, data: { a: 1 } }))
    const none = encodeRecord(inputOf({ shape, data: {} }))

    assert.equal(all.length - first.length, 2)
    assert.equal(first.length - none.length, 1)
  })

  test('keeps a field that is null apart from one that is absent', () => {
    const table = new ShapeTable()
    table.resolve('Order', 'OrderPaid', 1, { a: 1, b: 1, c: 1 })
    const shape = table.get(1)!

    assert.deepStrictEqual(decode(inputOf({ shape, data: { a: null, c: 1 } })).data, {
      a: null,
      c: 1,
    })
    assert.deepStrictEqual(decode(inputOf({ shape, data: { c: null } })).data, { c: null })
  })

  test('does not take the methods of every object for fields of its payload', () => {
    const table = new ShapeTable()
    const fields = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'last']
    table.resolve('Order', 'Odd', 1, Object.fromEntries(fields.map((field) => [field, 1])))
    const shape = table.get(1)!

    assert.deepStrictEqual(decode(inputOf({ shape, data: { last: 1 } })).data, { last: 1 })
    assert.deepStrictEqual(decode(inputOf({ shape, data: {} })).data, {})
  })

  test('tells an event that occurred at another time than it was recorded', () => {
    const event = decode(inputOf({ recordedAtMs: 2_000, occurredAtMs: -1_000 }))

    assert.deepEqual(event.recordedAt, new Date(2_000))
    assert.deepEqual(event.occurredAt, new Date(-1_000))
  })

  test('is not affected by the records made after it', () => {
    const bytes = encodeRecord(inputOf())
    const copy = Buffer.from(bytes)

    for (let at = 0; at < 2_000; at++) encodeRecord(inputOf({ data: { text: 'x'.repeat(at) } }))

    assert.deepEqual(bytes, copy)
  })

  test('does not take over what the record before it held', () => {
    const table = new ShapeTable()
    const wide = { a: 1, b: 2, c: 3 }
    const shape = table.resolve('Order', 'OrderPaid', 1, wide)
    encodeRecord(inputOf({ shape, data: wide, metadata: { ...metadata, userId: 'u', x: 1 } }))

    const event = decode(inputOf({ shape, data: {} }))

    assert.deepStrictEqual(event.data, {})
    assert.deepStrictEqual(event.metadata, metadata)
  })
})

describe('damage to a record', () => {
  const position = 2 ** 33 + 5
  const sound = encodeRecord(inputOf({ position }))

  test('is none when the bytes are what was written', () => {
    assert.equal(damageOf(sound, position), null)
  })

  test('of any single byte is seen, whatever becomes of it', () => {
    const bytes = Buffer.from(sound)
    for (let at = 0; at < bytes.length; at++) {
      for (let mask = 1; mask < 256; mask++) {
        bytes[at]! ^= mask
        if (damageOf(bytes, position) === null) assert.fail(`byte ${at}, mask ${mask}`)
        bytes[at]! ^= mask
      }
    }

    assert.equal(damageOf(bytes, position), null)
  })

  test('by truncation is seen at every length', () => {
    for (let length = 0; length < sound.length; length++) {
      const damage = damageOf(sound.subarray(0, length), position)

      assert.equal(damage, length <= headerBytes ? 'truncated' : 'wrong checksum')
    }
  })

  test('by bytes behind its end is seen', () => {
    assert.equal(damageOf(Buffer.concat([sound, Buffer.alloc(1)]), position), 'wrong checksum')
  })

  test('is what a record under another position is', () => {
    for (const other of [1, position - 1, position + 1, position ^ 0xffff, 2 * position]) {
      assert.equal(damageOf(sound, other), 'wrong checksum', String(other))
    }
  })

  test('is not what a record of a later format is: that has a name of its own', () => {
    const later = Buffer.from(sound)
    later[4] = sealedRecordFormat + 1
    const patched = withChecksum(later, position)

    assert.equal(damageOf(patched, position), 'unknown format')
  })

  test('is seen in every record, at a byte chosen at random', () => {
    fc.assert(
      fc.property(
        arbitraryRecord,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (input, at, mask) => {
          const bytes = Buffer.from(encodeRecord(input))
          bytes[at % bytes.length]! ^= mask

          assert.notEqual(damageOf(bytes, input.position), null)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('decoding', () => {
  test('by the shape of another number is a programmer error', () => {
    const input = inputOf()
    const bytes = encodeRecord(input)

    assert.throws(() => decodeRecord(bytes, 9, { ...input.shape, number: 2 }, noKeys), {
      name: 'AssertionError',
    })
  })
})

/** Gives bytes the checksum that the writer of their format would. */
function withChecksum(bytes: Buffer, position: number): Buffer {
  const patched = Buffer.from(bytes)
  patched.writeUInt32BE(crcOf(patched.subarray(4), position % 2 ** 32), 0)
  return patched
}

/** CRC-32 (IEEE 802.3), bit by bit: written apart from the source, to hold it to the standard. */
function crcOf(bytes: Buffer, start: number): number {
  let crc = ~start
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}
