/**
 * Upcasting: what a recorded event is in the code of today, by the table alone.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventDefinition } from '../../src/define/event.js'
import { defineEvent } from '../../src/define/event.js'
import type { RecordedEvent } from '../../src/events/event.js'
import {
  type EventHistory,
  type OldData,
  UpcastTable,
  upcastPartsMax,
} from '../../src/events/upcasting.js'
import { arbitraryPayload } from './arbitrary-values.js'
import { recorded } from './recorded.js'

function tableOf(events: Readonly<Record<string, EventHistory>>): UpcastTable {
  return new UpcastTable([{ name: 'Order', events }])
}

/** Types, versions and payloads of what a recorded event is today. */
function read(table: UpcastTable, event: RecordedEvent): unknown {
  return table.upcast(event)?.map(({ type, schemaVersion, data }) => [type, schemaVersion, data])
}

const OrderNoted: EventDefinition<{ readonly text: string }> = defineEvent({ text: 'string' })

/** Version 1 had `total` in whole units, version 2 cents, version 3 a currency beside them. */
const OrderCreated = defineEvent(
  { totalCents: 'number', currency: 'string' },
  {
    version: 3,
    formerly: ['OrderPlaced'],
    upcast: {
      1: (data: { readonly total: number }) => ({ totalCents: data.total * 100 }),
      2: (data: { readonly totalCents: number }) => ({ ...data, currency: 'EUR' }),
    },
  },
)
const orders = tableOf({ OrderCreated, OrderNoted })

describe('an event of the current version', () => {
  test('is what it was', () => {
    assert.equal(orders.upcast(recorded('OrderCreated', 3)), null)
    assert.equal(orders.upcast(recorded('OrderNoted', 1)), null)
  })
})

describe('an older event', () => {
  test('is led through every version in order', () => {
    const event = recorded('OrderCreated', 1, { total: 12 })

    assert.deepEqual(read(orders, event), [
      ['OrderCreated', 3, { totalCents: 1_200, currency: 'EUR' }],
    ])
  })

  test('keeps its envelope, and has no part', () => {
    const event = recorded('OrderCreated', 2, { totalCents: 5 })
    const { type, schemaVersion, data, ...envelope } = event

    const [upcast] = orders.upcast(event)!
    const { type: _type, schemaVersion: _version, data: _data, ...kept } = upcast!

    assert.deepEqual(kept, envelope)
  })

  test('whose personal fields are forgotten still says so', () => {
    const event = { ...recorded('OrderCreated', 1, { total: 12 }), forgotten: ['name'] }

    const [upcast] = orders.upcast(event)!

    assert.deepEqual(upcast!.forgotten, ['name'])
  })

  test('of a former name gets its present one, and versions go on counting', () => {
    assert.deepEqual(read(orders, recorded('OrderPlaced', 2, { totalCents: 5 })), [
      ['OrderCreated', 3, { totalCents: 5, currency: 'EUR' }],
    ])
    assert.deepEqual(read(orders, recorded('OrderPlaced', 3, { kept: true })), [
      ['OrderCreated', 3, { kept: true }],
    ])
  })

  test('is given to its upcaster frozen, with the event as it was recorded', () => {
    const seen: unknown[] = []
    const table = tableOf({
      Changed: defineEvent(
        {},
        {
          version: 3,
          upcast: {
            1: () => ({ list: [1] }),
            2: (data, event) => {
              seen.push(event.type, event.schemaVersion, event.data, data)
              assert.throws(() => (data.list as unknown[]).push(2), TypeError)
              assert.throws(() => Object.assign(event.data, { a: 2 }), TypeError)
              assert.throws(() => Object.assign(event.metadata, { a: 2 }), TypeError)
              return data
            },
          },
        },
      ),
    })

    const [upcast] = table.upcast(recorded('Changed', 1, { a: 1 }))!

    assert.deepEqual(seen, ['Changed', 1, { a: 1 }, { list: [1] }])
    assert.ok(Object.isFrozen(upcast!.data))
  })

  test('read twice is the same twice', () => {
    const event = recorded('OrderCreated', 1, { total: 12 })

    assert.deepEqual(orders.upcast(event), orders.upcast(event))
  })
})

describe('an upcaster that returns a list', () => {
  const OrderOpened = defineEvent(
    { id: 'string' },
    {
      version: 4,
      into: { OrderNoted },
      upcast: {
        1: (data) => ({ ...data, seen: 1 }),
        2: (data, _event, { next, into }) => [
          into.OrderNoted({ text: 'before' }),
          next({ ...data, id: 'a' }),
          next({ ...data, id: 'b' }),
        ],
        3: ({ id }: { readonly id: string }, _event, { next }) =>
          id === 'b' ? [] : [next({ id: `${id}!` })],
      },
    },
  )
  const table = tableOf({ OrderOpened, OrderNoted })

  test('makes several events, each of which goes on by itself', () => {
    assert.deepEqual(read(table, recorded('OrderOpened', 1)), [
      ['OrderNoted', 1, { text: 'before' }],
      ['OrderOpened', 4, { id: 'a!' }],
    ])
  })

  test('makes none of one', () => {
    assert.deepEqual(read(table, recorded('OrderOpened', 3, { id: 'b' })), [])
  })

  test('numbers the events that it made of one, and shares their id and place', () => {
    const parts = table.upcast(recorded('OrderOpened', 2))!

    assert.deepEqual(
      parts.map(({ part, id, version, position }) => [part, id, version, position]),
      [
        [0, 'Order-1@3', 3, 7],
        [1, 'Order-1@3', 3, 7],
      ],
    )
    assert.deepEqual(
      parts.map((part) => part.metadata),
      [recorded('', 1).metadata, recorded('', 1).metadata],
    )
  })

  test('makes others at their current version: nothing leads back, so nothing loops', () => {
    const B = defineEvent({}, { version: 2, upcast: { 1: () => assert.fail('called') } })
    const A = defineEvent(
      {},
      { version: 2, into: { B }, upcast: { 1: (_data, _event, { into }) => [into.B({})] } },
    )

    assert.deepEqual(read(tableOf({ A, B }), recorded('A', 1)), [['B', 2, {}]])
  })
})

describe('an upcaster that fails is a typed error', () => {
  /** The error of a table whose only upcaster does as told. */
  function failureOf(upcaster: unknown): { readonly message: string; readonly cause: unknown } {
    const Changed = defineEvent({}, { version: 2, upcast: { 1: upcaster as never } })
    try {
      tableOf({ Changed, OrderNoted }).upcast(recorded('Changed', 1))
    } catch (error) {
      const { code, position, streamId, type, schemaVersion, step } = error as Record<string, never>
      assert.deepEqual(
        [code, position, streamId, type, schemaVersion, step],
        ['DRAMATIS_UPCAST_FAILED', 7, 'Order-1', 'Changed', 1, 1],
      )
      return error as never
    }
    assert.fail('expected it to throw')
  }

  test('when it throws, with what it threw as cause', () => {
    const thrown = new Error('no such field')

    const { cause, message } = failureOf(() => {
      throw thrown
    })

    assert.equal(cause, thrown)
    assert.match(message, /position 7 .*no such field/)
  })

  test('when it returns no plain object, and a rejected promise is answered', () => {
    const wrong: unknown[] = [undefined, null, 7, 'text', new Map(), new Date(), () => {}]
    for (const each of wrong) assert.match(failureOf(() => each).message, /where a payload/)
    assert.match(failureOf(() => Promise.reject(new Error('late'))).message, /a promise/)
  })

  test('when its list holds what no tool made, or a tool was given no payload', () => {
    let foreign: unknown
    failureOf((_data: unknown, _event: unknown, { next }: { next: (data: unknown) => unknown }) => {
      foreign = next({})
      return null
    })

    for (const each of [{}, null, foreign]) assert.match(failureOf(() => [each]).message, /list/)
    type Tools = { next: (data: unknown) => unknown }
    const noPayload = (_data: unknown, _event: unknown, { next }: Tools): unknown => [next(null)]
    assert.match(failureOf(noPayload).message, /payload/)
  })

  test('when it makes more events of one than allowed', () => {
    type Tools = { next: (data: unknown) => unknown }
    const many = (_data: unknown, _event: unknown, { next }: Tools): unknown =>
      Array.from({ length: upcastPartsMax + 1 }, () => next({}))

    assert.match(failureOf(many).message, /more than 1000/)
  })

  test('when parts of parts are more events of one than allowed', () => {
    type Tools = { next: (data: unknown) => unknown }
    const several =
      (parts: number) =>
      (_data: unknown, _event: unknown, { next }: Tools): unknown =>
        Array.from({ length: parts }, () => next({}))
    const read = (parts: number): number | undefined => {
      const upcast = { 1: several(10), 2: several(parts) } as never
      const table = tableOf({ Split: defineEvent({}, { version: 3, upcast }) })
      return table.upcast(recorded('Split', 1))?.length
    }

    assert.equal(read(upcastPartsMax / 10), upcastPartsMax)
    assert.throws(() => read(upcastPartsMax / 10 + 1), {
      code: 'DRAMATIS_UPCAST_FAILED',
      message: /more than 1000/,
    })
  })
})

describe('an event that the code does not know', () => {
  test('is a typed error with its position', () => {
    assert.throws(() => orders.upcast(recorded('OrderRefunded', 1)), {
      code: 'DRAMATIS_UNKNOWN_EVENT',
      position: 7,
      streamId: 'Order-1',
      type: 'OrderRefunded',
    })
    assert.throws(() => orders.upcast({ ...recorded('OrderCreated', 3), aggregateType: 'Other' }), {
      code: 'DRAMATIS_UNKNOWN_EVENT',
    })
  })

  test('because newer code recorded it is another', () => {
    for (const type of ['OrderCreated', 'OrderPlaced']) {
      assert.throws(() => orders.upcast(recorded(type, 4)), {
        code: 'DRAMATIS_SCHEMA_VERSION_UNKNOWN',
        position: 7,
        type,
        schemaVersion: 4,
        schemaVersionKnown: 3,
      })
    }
  })
})

describe('what a recorded type may be today', () => {
  const Split = defineEvent(
    {},
    { version: 2, into: { OrderNoted }, upcast: { 1: () => ({}) }, formerly: ['Whole'] },
  )
  const table = tableOf({ Split, OrderNoted })

  test('is its present name, and while it is old also what it may split into', () => {
    assert.deepEqual(table.typesOf('Order', 'Split', 2), ['Split'])
    assert.deepEqual(table.typesOf('Order', 'Split', 1), ['Split', 'OrderNoted'])
    assert.deepEqual(table.typesOf('Order', 'Whole', 1), ['Split', 'OrderNoted'])
    assert.deepEqual(table.typesOf('Order', 'Whole', 2), ['Split'])
  })

  test('is unknown for another actor, and for a name that nobody has', () => {
    assert.equal(table.typesOf('Invoice', 'Split', 2), undefined)
    assert.equal(table.typesOf('Order', 'toString', 1), undefined)
  })
})

test('v1 to v3 is v1 to v2 to v3, for every payload', () => {
  const one = (data: OldData): OldData => ({ one: data })
  const two = (data: OldData): OldData => ({ ...data, two: Object.keys(data).length })
  const toTwo = tableOf({ E: defineEvent({}, { version: 2, upcast: { 1: one } } as never) })
  const toThree = tableOf({
    E: defineEvent({}, { version: 3, upcast: { 1: one, 2: two } } as never),
  })

  fc.assert(
    fc.property(arbitraryPayload, (data) => {
      const event = recorded('E', 1, data as OldData)
      const [direct] = toThree.upcast(event)!
      const [half] = toTwo.upcast(event)!
      const [inSteps] = toThree.upcast(half!)!

      assert.deepStrictEqual(inSteps, direct)
      assert.deepStrictEqual(direct!.data, two(one(data as OldData)))
    }),
  )
})
