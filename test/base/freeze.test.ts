/**
 * Freezing: nobody can change what is shared, and a table of names has only its own.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze, frozenTable } from '../../src/base/freeze.js'

describe('a deeply frozen value', () => {
  test('is the value itself, frozen at every level', () => {
    const value = { list: [{ a: 1 }], inner: { b: 2 } }

    const frozen = deepFreeze(value)

    assert.equal(frozen, value)
    for (const part of [value, value.list, value.list[0], value.inner]) {
      assert.ok(Object.isFrozen(part))
    }
  })

  test('may refer to itself', () => {
    const value: { self?: unknown } = {}
    value.self = value

    assert.ok(Object.isFrozen(deepFreeze(value)))
  })

  test('may hold bytes, dates and primitives', () => {
    const value = { bytes: Buffer.from('a'), when: new Date(0), nothing: null, text: 'a', big: 1n }

    deepFreeze(value)
    value.bytes[0] = 98

    assert.equal(value.bytes.toString(), 'b')
    assert.ok(Object.isFrozen(value))
  })

  test('is not walked below a level that was frozen before', () => {
    const inner = { a: 1 }
    const value = { kept: Object.freeze({ inner }) }

    deepFreeze(value)

    assert.equal(Object.isFrozen(inner), false)
  })
})

describe('a frozen table', () => {
  test('has the entries it was made of, apart from their source', () => {
    const source: Record<string, number> = { a: 1 }
    const table = frozenTable(source)
    source.b = 2

    assert.deepEqual({ ...table }, { a: 1 })
    assert.ok(Object.isFrozen(table))
  })

  test('finds nothing under the names that every object has', () => {
    const table: Readonly<Record<string, unknown>> = frozenTable({ a: 1 })

    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf']) {
      assert.equal(table[name], undefined, name)
    }
  })
})
