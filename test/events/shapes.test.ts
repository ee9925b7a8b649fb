/**
 * Shapes: when a payload fits the one at hand, when it gains a wider one, and what is stored.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventValue } from '../../src/events/event.js'
import { fieldsPerShapeMax, ShapeTable, shapesPerTypeMax } from '../../src/events/shapes.js'
import { arbitraryPayload } from './arbitrary-values.js'

function payloadOf(...fields: readonly string[]): Record<string, EventValue> {
  return Object.fromEntries(fields.map((field) => [field, 1]))
}

function numbered(count: number, name = 'field'): string[] {
  return Array.from({ length: count }, (_, at) => `${name}${at}`)
}

describe('a payload', () => {
  test('of a new type gets a shape of its fields, in their order', () => {
    const table = new ShapeTable()

    const shape = table.resolve('Order', 'OrderPaid', 1, payloadOf('b', 'a'))

    assert.deepEqual(shape, {
      number: 1,
      aggregateType: 'Order',
      type: 'OrderPaid',
      schemaVersion: 1,
      fields: ['b', 'a'],
    })
  })

  test('with the same fields, in another order or fewer, gets the same shape', () => {
    const table = new ShapeTable()
    const shape = table.resolve('Order', 'OrderPaid', 1, payloadOf('a', 'b', 'c'))

    const others = [payloadOf('c', 'a', 'b'), payloadOf('b'), payloadOf()]

    for (const other of others) {
      assert.equal(table.resolve('Order', 'OrderPaid', 1, other), shape)
    }
  })

  test('with a field that its type did not have gets a wider shape', () => {
    const table = new ShapeTable()
    table.resolve('Order', 'OrderPaid', 1, payloadOf('a', 'b'))

    const wider = table.resolve('Order', 'OrderPaid', 1, payloadOf('c', 'a'))

    assert.equal(wider.number, 2)
    assert.deepEqual(wider.fields, ['a', 'b', 'c'])
  })

  test('that fitted the first shape is kept in the wider one from then on', () => {
    const table = new ShapeTable()
    table.resolve('Order', 'OrderPaid', 1, payloadOf('a'))
    const wider = table.resolve('Order', 'OrderPaid', 1, payloadOf('b'))

    assert.equal(table.resolve('Order', 'OrderPaid', 1, payloadOf('a')), wider)
  })

  test('without fields has a shape without fields', () => {
    assert.deepEqual(new ShapeTable().resolve('Order', 'OrderPaid', 1, {}).fields, [])
  })

  test('with a field named like a method of every object has it in its shape', () => {
    const shape = new ShapeTable().resolve('A', 'B', 1, payloadOf('constructor', 'toString'))

    assert.deepEqual(shape.fields, ['constructor', 'toString'])
  })

  test(`of more than ${fieldsPerShapeMax} fields is kept as a map`, () => {
    const table = new ShapeTable()

    const widest = table.resolve('A', 'Wide', 1, payloadOf(...numbered(fieldsPerShapeMax)))
    const tooWide = table.resolve('A', 'Wider', 1, payloadOf(...numbered(fieldsPerShapeMax + 1)))

    assert.equal(widest.fields?.length, fieldsPerShapeMax)
    assert.equal(tooWide.fields, null)
  })

  test('of a type whose payloads together have too many fields is kept as a map', () => {
    const table = new ShapeTable()
    table.resolve('A', 'B', 1, payloadOf(...numbered(200, 'one')))

    const shape = table.resolve('A', 'B', 1, payloadOf(...numbered(200, 'other')))

    assert.equal(shape.fields, null)
  })

  test('of a type that is kept as maps never needs another shape', () => {
    const table = new ShapeTable()
    const map = table.resolve('A', 'B', 1, payloadOf(...numbered(fieldsPerShapeMax + 1)))

    assert.equal(table.resolve('A', 'B', 1, payloadOf('new')), map)
    assert.equal(table.resolve('A', 'B', 1, payloadOf()), map)
  })
})

describe('a type', () => {
  test(`gains at most ${shapesPerTypeMax} shapes, the last of them for maps`, () => {
    const table = new ShapeTable()

    const shapes = numbered(1_000).map((field) => table.resolve('A', 'B', 1, payloadOf(field)))

    assert.equal(table.size, shapesPerTypeMax)
    assert.equal(shapes[shapesPerTypeMax - 2]?.fields?.length, shapesPerTypeMax - 1)
    assert.equal(shapes.at(-1)?.fields, null)
  })

  test('has shapes apart from those of another version, type or actor', () => {
    const table = new ShapeTable()

    const numbers = [
      table.resolve('Order', 'Paid', 1, payloadOf('a')).number,
      table.resolve('Order', 'Paid', 2, payloadOf('a')).number,
      table.resolve('Order', 'Sent', 1, payloadOf('a')).number,
      table.resolve('Invoice', 'Paid', 1, payloadOf('a')).number,
      table.resolve('Order', 'Paid', 1, payloadOf('a')).number,
    ]

    assert.deepEqual(numbers, [1, 2, 3, 4, 1])
  })
})

describe('a shape table', () => {
  test('hands out what must be stored once, in the order of the numbers', () => {
    const table = new ShapeTable()
    const first = table.resolve('A', 'B', 1, payloadOf('a'))
    const second = table.resolve('A', 'C', 1, payloadOf('a'))

    assert.deepEqual(table.takeAdded(), [first, second])
    assert.deepEqual(table.takeAdded(), [])
  })

  test('that was loaded goes on as the one that was stored, and stores nothing again', () => {
    fc.assert(
      fc.property(fc.array(arbitraryPayload, { maxLength: 30 }), (payloads) => {
        const table = new ShapeTable()
        for (const payload of payloads) table.resolve('A', 'B', 1, payload as never)
        const loaded = new ShapeTable()
        loaded.load(table.takeAdded())

        for (const payload of payloads) {
          assert.deepEqual(
            loaded.resolve('A', 'B', 1, payload as never),
            table.resolve('A', 'B', 1, payload as never),
          )
        }

        assert.equal(loaded.takeAdded().length, 0)
      }),
    )
  })

  test('that was loaded makes its next shape wider than the newest stored one', () => {
    const table = new ShapeTable()
    table.resolve('A', 'B', 1, payloadOf('a'))
    table.resolve('A', 'B', 1, payloadOf('b'))
    const loaded = new ShapeTable()
    loaded.load(table.takeAdded())

    assert.deepEqual(loaded.resolve('A', 'B', 1, payloadOf('c')).fields, ['a', 'b', 'c'])
    assert.equal(loaded.get(3)?.fields?.length, 3)
  })

  test('refuses shapes that were stored out of order', () => {
    const table = new ShapeTable()
    table.resolve('A', 'B', 1, payloadOf('a'))
    table.resolve('A', 'C', 1, payloadOf('a'))
    const [first, second] = table.takeAdded()

    assert.throws(() => new ShapeTable().load([second!, first!]), { name: 'AssertionError' })
  })

  test('knows no shape 0, and none that was not made', () => {
    const table = new ShapeTable()
    table.resolve('A', 'B', 1, payloadOf('a'))

    assert.equal(table.get(0), undefined)
    assert.equal(table.get(1)?.type, 'B')
    assert.equal(table.get(2), undefined)
  })

  test('freezes a shape, so that a number always means the same fields', () => {
    const shape = new ShapeTable().resolve('A', 'B', 1, payloadOf('a'))

    assert.ok(Object.isFrozen(shape))
    assert.ok(Object.isFrozen(shape.fields))
  })
})
