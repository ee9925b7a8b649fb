/**
 * The golden corpus: records as earlier versions wrote them, which every later version must read.
 *
 * `golden/format-1.json` has the bytes; the events they hold are here. A file of the corpus is never
 * changed: a new way of writing adds records to it, or a file beside it.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { damageOf, decodeRecord, encodeRecord, type RecordInput } from '../../src/events/record.js'
import type { Shape } from '../../src/events/shapes.js'
import { eventOf } from './arbitrary-records.js'
import { noKeys } from './no-keys.js'

interface GoldenRecord {
  readonly name: string
  readonly shape: Shape
  readonly hex: string
}

/** Read where it is kept: the compiler copies no JSON. */
const file = new URL('../../../test/events/golden/format-1.json', import.meta.url)
const corpus: readonly GoldenRecord[] = JSON.parse(readFileSync(file, 'utf8'))

type GoldenInput = Omit<RecordInput, 'shape'>

const plain: GoldenInput = {
  keyHash: 0x01020304,
  aggregateId: '4711',
  version: 1,
  position: 1,
  previousPosition: 0,
  previousIndex: -1,
  recordedAtMs: Date.UTC(2026, 0, 1),
  occurredAtMs: null,
  data: { paymentId: 'p-1', amountCents: 1999, method: 'card' },
  metadata: { commandId: 'c-1', correlationId: 'c-1', causationId: 'c-1' },
  sealed: null,
}

const events: Readonly<Record<string, GoldenInput>> = {
  plain,
  'every part of the envelope': {
    ...plain,
    keyHash: 0xffffffff,
    aggregateId: 'a-b 😀',
    version: 70_000,
    position: 2 ** 40 + 3,
    previousPosition: 2 ** 33 + 1,
    previousIndex: -1,
    occurredAtMs: Date.UTC(1969, 11, 31, 23, 59, 59, 999),
    metadata: {
      commandId: 'c-2',
      correlationId: 'c-0',
      causationId: 'Order-1@3',
      userId: 'u-1',
      tenant: 'north',
      tags: ['a', null],
    },
  },
  'every kind of value': {
    ...plain,
    data: {
      nothing: null,
      no: false,
      yes: true,
      zero: 0,
      byte: 200,
      negative: -70_000,
      large: 2 ** 40,
      fraction: -0.1,
      big: -(2n ** 63n),
      unsigned: 2n ** 64n - 1n,
      empty: '',
      text: 'Größe 😀',
      longText: `\ufeff${'é'.repeat(200)}`,
      seconds: new Date(1_000_000_000_000),
      millis: new Date(1_767_225_600_123),
      past: new Date(-1),
      bytes: Buffer.from([0, 255]),
      list: [1, 'two', [3], { four: 4 }],
      map: { constructor: 'own', '': 1, nested: { deep: { deeper: [] } } },
      wide: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`k${at}`, at])),
    },
  },
  'absent fields': { ...plain, data: { method: null } },
  'no fields': { ...plain, data: {} },
  'a payload kept as a map': { ...plain, data: { free: 'form', of: ['any', { shape: 1 }] } },
  'a command that its caller named': {
    ...plain,
    metadata: { ...plain.metadata, commandHash: 'a_-9Zz0Q' },
  },
}

describe('the golden corpus of format 1', () => {
  test('has the bytes of every event', () => {
    assert.deepEqual(
      corpus.map((record) => record.name),
      Object.keys(events),
    )
  })

  for (const { name, shape, hex } of corpus) {
    const input = { ...events[name]!, shape }

    test(`is read as it was written: ${name}`, () => {
      const bytes = Buffer.from(hex, 'hex')

      assert.equal(damageOf(bytes, input.position), null)
      assert.deepStrictEqual(decodeRecord(bytes, input.position, shape, noKeys), eventOf(input))
    })

    test(`is what is written today: ${name}`, () => {
      assert.equal(encodeRecord(input).toString('hex'), hex)
    })
  }
})
