/**
 * The hash of a command is recorded: whoever changes it makes repeated commands look like others.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { hashCommand } from '../../src/events/command-hash.js'
import type { EventValue } from '../../src/events/event.js'
import { copyPayload } from '../../src/events/values.js'
import { arbitraryPayload } from './arbitrary-values.js'

/** The same maps, with their keys in the opposite order. */
function turned(value: EventValue): EventValue {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(turned)
  const entries = Object.entries(value as Readonly<Record<string, EventValue>>)
  return Object.fromEntries(entries.reverse().map(([key, each]) => [key, turned(each)]))
}

describe('the hash of a command', () => {
  test('is what the storage format says', () => {
    // ["pay", {"amountCents": 1999, "paymentId": "p-1"}], by hand.
    const message = Buffer.from(
      '92a3706179' +
        '82' +
        'ab616d6f756e7443656e7473' +
        'cd07cf' +
        'a97061796d656e744964' +
        'a3702d31',
      'hex',
    )
    const expected = createHash('sha256').update(message).digest().subarray(0, 6)

    const hash = hashCommand('pay', { paymentId: 'p-1', amountCents: 1999 })

    assert.equal(hash, expected.toString('base64url'))
    assert.equal(hash, 'kVAPFEu8')
  })

  test('sorts keys as text, those that look like numbers too', () => {
    const message = Buffer.from('92a16383a2313001a13902a16103', 'hex')
    const expected = createHash('sha256').update(message).digest().subarray(0, 6)

    assert.equal(hashCommand('c', { 9: 2, a: 3, 10: 1 }), expected.toString('base64url'))
  })

  test('has stayed the same for every kind of value', () => {
    const payload = {
      nothing: null,
      yes: true,
      negative: -70_000,
      fraction: -0.1,
      large: 2 ** 40,
      big: -(2n ** 63n),
      text: 'Größe 😀',
      at: new Date(1_767_225_600_123),
      bytes: Buffer.from([0, 255]),
      list: [1, 'two', { z: 1, a: [] }],
      wide: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`k${at}`, at])),
    }

    assert.equal(hashCommand('pay', payload), 'f8E8pCPT')
  })

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(arbitraryPayload, (input) => {
        const payload = copyPayload(input, 'data')

        assert.equal(hashCommand('pay', payload), hashCommand('pay', turned(payload)))
      }),
      { numRuns: 200 },
    )
  })

  test('differs with the name and with every part of the payload', () => {
    const hashes = [
      hashCommand('pay', { cents: 1 }),
      hashCommand('pay', { cents: 2 }),
      hashCommand('pay', { cents: '1' }),
      hashCommand('pay', { cents: 1n }),
      hashCommand('pay', { cents: 1, note: null }),
      hashCommand('pay', { cents: [1] }),
      hashCommand('refund', { cents: 1 }),
    ]

    assert.equal(new Set(hashes).size, hashes.length)
    for (const hash of hashes) assert.match(hash, /^[\w-]{8}$/)
  })
})
