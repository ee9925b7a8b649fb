/**
 * The golden corpus of schema versions: events as earlier code recorded them, with the upcasters that
 * lead to today, and what must come out.
 *
 * `golden/schema-versions.json` has the bytes. Neither they nor an upcaster is ever changed: a new
 * version adds records to the file, a step to the chain, and changes what comes out of all of them.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { defineEvent } from '../../src/define/event.js'
import type { EventValue } from '../../src/events/event.js'
import { damageOf, decodeRecord } from '../../src/events/record.js'
import type { Shape } from '../../src/events/shapes.js'
import { UpcastTable } from '../../src/events/upcasting.js'
import { noKeys } from './no-keys.js'

interface GoldenRecord {
  readonly name: string
  readonly position: number
  readonly shape: Shape
  readonly hex: string
}

/** Read where it is kept: the compiler copies no JSON. */
const file = new URL('../../../test/events/golden/schema-versions.json', import.meta.url)
const corpus: readonly GoldenRecord[] = JSON.parse(readFileSync(file, 'utf8'))

const OrderNoted = defineEvent({ text: 'string' })
const line = { $$type: 'object', sku: 'string', cents: 'number' } as const

const OrderCreated = defineEvent(
  { lines: { type: 'array', items: line }, currency: 'string', placedAt: 'date' },
  {
    version: 4,
    formerly: ['OrderPlaced'],
    into: { OrderNoted },
    upcast: {
      1: (data: { readonly sku: string; readonly total: number }) => ({
        lines: [{ sku: data.sku, cents: Math.round(data.total * 100) }],
      }),
      2: (data: { readonly note?: string }, _event, { next, into }) => {
        const { note, ...rest } = data
        const order = next({ ...rest, currency: 'EUR' })
        return note === undefined ? [order] : [order, into.OrderNoted({ text: note })]
      },
      3: (
        data: {
          readonly lines: readonly { readonly sku: string; readonly cents: number }[]
          readonly currency: string
        },
        event,
      ) => ({ ...data, placedAt: event.occurredAt }),
    },
  },
)
const OrderViewed = defineEvent({}, { version: 2, upcast: { 1: () => [] } })
const table = new UpcastTable([
  { name: 'Order', events: { OrderCreated, OrderNoted, OrderViewed } },
])

const day = new Date(Date.UTC(2025, 11, 31))
const lines = [{ sku: 'a', cents: 1999 }]
type Part = readonly [type: string, schemaVersion: number, data: Record<string, EventValue>]

const expected: Readonly<Record<string, readonly Part[] | null>> = {
  'OrderPlaced 1': [['OrderCreated', 4, { lines, currency: 'EUR', placedAt: day }]],
  'OrderPlaced 2, without a note': [['OrderCreated', 4, { lines, currency: 'EUR', placedAt: day }]],
  'OrderPlaced 2, with a note': [
    ['OrderCreated', 4, { lines, currency: 'EUR', placedAt: day }],
    ['OrderNoted', 1, { text: 'Größe 😀' }],
  ],
  'OrderCreated 3': [['OrderCreated', 4, { lines, currency: 'CHF', placedAt: day }]],
  'OrderCreated 4': null,
  'OrderViewed 1': [],
}

describe('the golden corpus of schema versions', () => {
  test('has the bytes of every version that was ever recorded', () => {
    assert.deepEqual(
      corpus.map((record) => record.name),
      Object.keys(expected),
    )
  })

  for (const { name, position, shape, hex } of corpus) {
    test(`is read as what it is today: ${name}`, () => {
      const bytes = Buffer.from(hex, 'hex')
      assert.equal(damageOf(bytes, position), null)

      const parts = table.upcast(decodeRecord(bytes, position, shape, noKeys))

      assert.deepEqual(
        parts?.map(({ type, schemaVersion, data }) => [type, schemaVersion, data]) ?? null,
        expected[name],
      )
    })
  }
})
