/** Records with sealed fields: read with the keys, without them, and after somebody changed them. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { RecordedEvent } from '../../src/events/event.js'
import {
  damageOf,
  decodeRecord,
  encodeRecord,
  eventIdOf,
  type RecordInput,
  recordFormat,
  sealedRecordFormat,
} from '../../src/events/record.js'
import { BrokenSealError, type KeyReader, nonceBytes, sealValue } from '../../src/events/seal.js'
import { type SealedFields, sealFields } from '../../src/events/sealed-fields.js'
import { streamIdOf } from '../../src/events/stream-id.js'
import { arbitraryRecord, eventOf } from './arbitrary-records.js'

/** The key of slot n is n, 32 times. */
function keyOf(slot: number): Buffer {
  return Buffer.alloc(32, slot)
}

function keysBut(...destroyed: readonly number[]): KeyReader {
  return { keyAt: (slot) => (destroyed.includes(slot) ? null : keyOf(slot)) }
}

function idOf({ shape, aggregateId, version }: RecordInput): string {
  return eventIdOf(streamIdOf(shape.aggregateType, aggregateId), version)
}

/** Seals some fields of an input for slots 1 and 2; they read as their names when forgotten. */
function sealed(
  input: RecordInput,
  first: readonly string[],
  second: readonly string[],
): RecordInput {
  const replacements = Object.fromEntries(
    [...first, ...second].map((field) => [field, `no ${field}`]),
  )
  const groups = [first, second].flatMap((fields, at) =>
    fields.length === 0
      ? []
      : [sealFields({ slot: at + 1, key: keyOf(at + 1) }, idOf(input), fields, input.data)],
  )
  return { ...input, data: { ...input.data, ...replacements }, sealed: groups }
}

function read(input: RecordInput, keys: KeyReader): RecordedEvent {
  const bytes = Buffer.from(encodeRecord(input))
  assert.equal(damageOf(bytes, input.position), null)
  return decodeRecord(bytes, input.position, input.shape, keys)
}

/** A record, and its fields in two parts; what is in neither stays plain. */
const arbitrarySealed = arbitraryRecord.chain((input) => {
  const fields = Object.keys(input.data)
  const parts = fc.array(fc.constantFrom(0, 1, 2), {
    minLength: fields.length,
    maxLength: fields.length,
  })
  return parts.map((part) => ({
    input,
    first: fields.filter((_field, at) => part[at] === 1),
    second: fields.filter((_field, at) => part[at] === 2),
  }))
})

describe('a record with sealed fields', () => {
  test('gives the event that was recorded, whatever is sealed in it', () => {
    fc.assert(
      fc.property(arbitrarySealed, ({ input, first, second }) => {
        const event = read(sealed(input, first, second), keysBut())

        assert.deepStrictEqual(event, eventOf(input))
      }),
    )
  })

  test('gives replacements for exactly those whose key is gone, and names them', () => {
    fc.assert(
      fc.property(arbitrarySealed, ({ input, first, second }) => {
        const event = read(sealed(input, first, second), keysBut(1))

        const replaced = Object.fromEntries(first.map((field) => [field, `no ${field}`]))
        const expected = { ...eventOf(input), data: { ...input.data, ...replaced } }
        assert.deepStrictEqual(
          event,
          first.length === 0 ? eventOf(input) : { ...expected, forgotten: first },
        )
      }),
    )
  })

  test('is the only one of format 2', () => {
    const [input] = fc.sample(arbitraryRecord, { numRuns: 1, seed: 1 }) as [RecordInput]

    assert.equal(encodeRecord(input)[4], recordFormat)
    assert.equal(encodeRecord({ ...input, sealed: [] })[4], sealedRecordFormat)
  })

  test('does not open what belongs to another event, another version or other fields', () => {
    const [input] = fc.sample(arbitraryRecord, { numRuns: 1, seed: 2 }) as [RecordInput]
    const data = { name: 'Ada', email: 'ada@example.test' }
    const shape = { ...input.shape, fields: ['name', 'email'] }
    const one = sealed({ ...input, shape, data, version: 1 }, ['name'], [])
    const [group] = one.sealed as [SealedFields]

    assert.throws(() => read({ ...one, version: 2 }, keysBut()), BrokenSealError)
    assert.throws(() => read({ ...one, aggregateId: 'other' }, keysBut()), BrokenSealError)
    const moved = { ...one, sealed: [{ ...group, fields: ['email'] }] }
    assert.throws(() => read(moved, keysBut()), BrokenSealError)
    const rekeyed = { ...one, sealed: [{ ...group, slot: 2 }] }
    assert.throws(() => read(rekeyed, keysBut()), BrokenSealError)
  })
})

interface GoldenRecord {
  readonly name: string
  readonly shape: RecordInput['shape']
  readonly hex: string
}

/** Read where it is kept: the compiler copies no JSON. */
const file = new URL('../../../test/events/golden/format-2.json', import.meta.url)
const corpus: readonly GoldenRecord[] = JSON.parse(readFileSync(file, 'utf8'))

const plain: Omit<RecordInput, 'shape'> = {
  keyHash: 0x01020304,
  aggregateId: '4711',
  version: 3,
  position: 9,
  previousPosition: 5,
  previousIndex: -1,
  recordedAtMs: Date.UTC(2026, 0, 1),
  occurredAtMs: null,
  data: { name: 'Ada', country: 'UK', friend: 'Bob', born: new Date(-4_852_483_200_000) },
  metadata: { commandId: 'c-1', correlationId: 'c-1', causationId: 'c-1' },
  sealed: null,
}
const replacements = { name: '[forgotten]', friend: '[forgotten]', born: null }

/** Nonces that are what they were when the corpus was written. */
function goldenInput(shape: RecordInput['shape']): RecordInput {
  const input = { ...plain, shape }
  const groups: readonly (readonly [number, readonly string[]])[] = [
    [1, ['name', 'born']],
    [300, ['friend']],
  ]
  const data = { ...plain.data, ...replacements }
  const seals = groups.map(([slot, fields]) => ({
    slot,
    fields,
    sealed: sealValue(
      keyOf(slot),
      JSON.stringify([idOf(input), ...fields]),
      fields.map((field) => plain.data[field]!),
      Buffer.alloc(nonceBytes, slot),
    ),
  }))
  return { ...input, data, sealed: seals }
}

describe('the golden corpus of format 2', () => {
  for (const { name, shape, hex } of corpus) {
    const bytes = Buffer.from(hex, 'hex')

    test(`is read as it was written: ${name}`, () => {
      assert.equal(damageOf(bytes, plain.position), null)
      const event = decodeRecord(bytes, plain.position, shape, keysBut())

      assert.deepStrictEqual(event, eventOf({ ...plain, shape }))
    })

    test(`is read without its keys: ${name}`, () => {
      const event = decodeRecord(bytes, plain.position, shape, keysBut(1, 300))

      assert.deepStrictEqual(event.data, { ...plain.data, ...replacements })
      assert.deepStrictEqual(event.forgotten, ['name', 'born', 'friend'])
    })

    test(`is what is written today: ${name}`, () => {
      assert.equal(encodeRecord(goldenInput(shape)).toString('hex'), hex)
    })
  }
})
