/**
 * Stream names and ids: what may name an actor, and how two names become one and two again.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  aggregateIdBytesMax,
  isTypeName,
  nameCharsMax,
  parseAggregateId,
  splitStreamId,
  streamIdOf,
} from '../../src/events/stream-id.js'

describe('an aggregate id', () => {
  test('comes back as it is when it can be one', () => {
    const ids = ['1', '4711', 'a-b-c', 'ü', '😀', ' ', 'a/b\\c', '..', '__proto__', 'x'.repeat(512)]

    for (const id of ids) assert.equal(parseAggregateId('Order', id), id)
  })

  const refused: readonly (readonly [name: string, id: unknown, expected: RegExp])[] = [
    ['a number', 4711, /to be a string, got 4711/],
    ['undefined', undefined, /to be a string, got undefined/],
    ['an object', { id: 1 }, /to be a string, got an object/],
    ['a boxed string', Object('1'), /to be a string/],
    ['empty', '', /to be at least one character/],
    ['too long', 'x'.repeat(aggregateIdBytesMax + 1), /to be at most 512 bytes of UTF-8/],
    ['too long in bytes only', 'é'.repeat(257), /to be at most 512 bytes of UTF-8/],
    ['with a NUL in it', 'a\0b', /to be free of NUL characters/],
    ['with a lone surrogate', 'a\ud800', /to be free of lone surrogates/],
  ]

  for (const [name, id, expected] of refused) {
    test(`is refused when it is ${name}`, () => {
      assert.throws(() => parseAggregateId('Order', id), {
        code: 'DRAMATIS_INVALID_ID',
        aggregateType: 'Order',
        message: expected,
      })
    })
  }
})

describe('a type name', () => {
  test('is a letter, then letters, digits, underscores and dots', () => {
    const names = ['A', 'Order', 'order_2', 'shop.Order', 'constructor', 'x'.repeat(nameCharsMax)]

    for (const name of names) assert.equal(isTypeName(name), true, name)
  })

  test('is nothing else', () => {
    const others = ['', '1Order', '_Order', '__proto__', 'a-b', 'a b', 'Örder', 'a/b', 'Order\n']
    const odd = [undefined, null, 1, {}, ['Order'], 'x'.repeat(nameCharsMax + 1)]

    for (const name of [...others, ...odd]) assert.equal(isTypeName(name), false, String(name))
  })
})

describe('a stream id', () => {
  test('is type and id, joined by a dash', () => {
    assert.equal(streamIdOf('Order', '4711'), 'Order-4711')
  })

  test('splits at its first dash into what it was made of', () => {
    const typeName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]*$/)
    fc.assert(
      fc.property(typeName, fc.string({ minLength: 1 }), (aggregateType, aggregateId) => {
        const parts = splitStreamId(streamIdOf(aggregateType, aggregateId))

        assert.deepEqual(parts, { aggregateType, aggregateId })
      }),
    )
  })

  test('without a dash has an empty type', () => {
    assert.deepEqual(splitStreamId('Order'), { aggregateType: '', aggregateId: 'Order' })
  })
})
