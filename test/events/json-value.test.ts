/** Event values as JSON: whatever an event may hold survives, and what is not ours is refused. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventValue } from '../../src/events/event.js'
import { fromJson, type JsonValue, toJson } from '../../src/events/json-value.js'
import { copyValue } from '../../src/events/values.js'
import { arbitraryValue } from './arbitrary-values.js'

function throughText(value: EventValue): EventValue {
  return copyValue(fromJson(JSON.parse(JSON.stringify(toJson(value))) as JsonValue), 'value')
}

describe('an event value as JSON', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(arbitraryValue, (any) => {
        const value = copyValue(any, 'value')

        assert.deepEqual(throughText(value), value)
      }),
    )
  })

  test('comes back as it was where its keys look like our own', () => {
    const keys = fc.constantFrom('$date', '$$date', '$', '$$', '$bytes', '$bigint', 'a')
    fc.assert(
      fc.property(fc.dictionary(keys, fc.oneof(fc.string(), fc.integer())), (any) => {
        const value = copyValue(any, 'value')

        assert.deepEqual(throughText(value), value)
      }),
    )
  })

  test('is what people expect', () => {
    const value = { at: new Date(0), big: 2n ** 63n, bytes: new Uint8Array([1, 2, 3]), $: [null] }

    assert.deepEqual(toJson(value), {
      at: { $date: '1970-01-01T00:00:00.000Z' },
      big: { $bigint: '9223372036854775808' },
      bytes: { $bytes: 'AQID' },
      $$: [null],
    })
  })

  for (const json of [
    { $date: 'yesterday' },
    { $date: '2024-01-01' },
    { $date: 7 },
    { $bigint: '1.5' },
    { $bytes: 'no base64!' },
    { $unknown: 'x' },
    { $date: '1970-01-01T00:00:00.000Z', more: 1 },
  ]) {
    test(`is refused where it is ${JSON.stringify(json)}`, () => {
      assert.throws(() => fromJson(json), TypeError)
    })
  }
})
