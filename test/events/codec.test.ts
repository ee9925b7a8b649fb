/**
 * The codec: the bytes of each kind of value, and what happens to buffers around them.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeValue, encodeValue } from '../../src/events/codec.js'

/** Part of the storage format: these bytes must be read, and are what is written today. */
const vectors: readonly (readonly [name: string, value: unknown, hex: string])[] = [
  ['null', null, 'c0'],
  ['false', false, 'c2'],
  ['true', true, 'c3'],
  ['a small integer', 127, '7f'],
  ['an integer of one byte', 128, 'cc80'],
  ['an integer of two bytes', 65_535, 'cdffff'],
  ['an integer of four bytes', 2 ** 32 - 1, 'ceffffffff'],
  ['a larger integer, as a double', 2 ** 32, 'cb41f0000000000000'],
  ['a negative integer', -33, 'd0df'],
  ['a fraction', 0.1, 'cb3fb999999999999a'],
  ['a bigint that fits a signed word', 1n, 'd30000000000000001'],
  ['a bigint that needs an unsigned word', 2n ** 63n, 'cf8000000000000000'],
  ['a text', 'é', 'a2c3a9'],
  ['bytes', Buffer.from([1, 2]), 'c4020102'],
  ['a Date of whole seconds', new Date(1000), 'd6ff00000001'],
  ['a Date with milliseconds', new Date(1001), 'd7ff003d090000000001'],
  ['a Date before 1970', new Date(-1000), 'c70cff00000000ffffffffffffffff'],
  ['an array', [1, null], '9201c0'],
  ['an object', { a: 1 }, '81a16101'],
  ['an absent field', [undefined, 1], '92d4000001'],
]

describe('the bytes of', () => {
  for (const [name, value, hex] of vectors) {
    test(`${name} are ${hex}, both ways`, () => {
      assert.equal(encodeValue(value).toString('hex'), hex)
      assert.deepStrictEqual(decodeValue(Buffer.from(hex, 'hex')), value)
    })
  }
})

describe('an encoded buffer', () => {
  test('has the bytes that were reserved in front', () => {
    const bytes = encodeValue(['a'], 36)

    assert.equal(bytes.length, 36 + 3)
    assert.equal(bytes.subarray(36).toString('hex'), '91a161')
  })

  test('stays as it is while thousands of others are encoded', () => {
    const kept = Array.from({ length: 500 }, (_, at) => encodeValue({ at, text: 'x'.repeat(at) }))

    for (let at = 0; at < 5_000; at++) encodeValue({ other: 'y'.repeat(300) }, 36)

    for (const [at, bytes] of kept.entries()) {
      assert.deepStrictEqual(decodeValue(bytes), { at, text: 'x'.repeat(at) })
    }
  })

  test('of a value that grows the working buffer leaves earlier ones intact', () => {
    const small = encodeValue({ a: 1 })
    const large = encodeValue(Buffer.alloc(1_000_000, 7))
    const after = encodeValue({ b: 2 })

    assert.deepStrictEqual(decodeValue(small), { a: 1 })
    assert.deepStrictEqual(decodeValue(large), Buffer.alloc(1_000_000, 7))
    assert.deepStrictEqual(decodeValue(after), { b: 2 })
  })
})

describe('a decoded value', () => {
  test('does not change when its bytes are used again', () => {
    const bytes = Buffer.from(encodeValue({ text: 'kept', bytes: Buffer.from('kept') }))

    const value = decodeValue(bytes)
    bytes.fill(0)

    assert.deepStrictEqual(value, { text: 'kept', bytes: Buffer.from('kept') })
  })

  test('may stand in the middle of a buffer', () => {
    const bytes = Buffer.concat([Buffer.alloc(5), encodeValue(['here']), Buffer.alloc(5)])

    assert.deepStrictEqual(decodeValue(bytes, 5, bytes.length - 5), ['here'])
  })

  test('may be longer than a single read of a string, and begin with a byte order mark', () => {
    const text = `\ufeff${'é'.repeat(100_000)}`

    assert.equal(decodeValue(encodeValue(text)), text)
  })
})

describe('bytes that are no value', () => {
  const wrong: readonly (readonly [name: string, hex: string])[] = [
    ['that end in the middle of an array', '9201'],
    ['that end in the middle of a text', 'a561'],
    ['that end in the middle of a number', 'cb3fb9'],
    ['with more behind the value', '0101'],
    ['of length 0', ''],
  ]

  for (const [name, hex] of wrong) {
    test(`${name} throw`, () => {
      assert.throws(() => decodeValue(Buffer.from(hex, 'hex')))
    })
  }

  test('do not harm the next decoding', () => {
    assert.throws(() => decodeValue(Buffer.from('9201', 'hex')))

    assert.deepStrictEqual(decodeValue(encodeValue({ a: [1] })), { a: [1] })
  })
})
