/** Reading by the types of today: what may become a wanted event, and what it becomes. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineEvent } from '../../src/define/event.js'
import { PresentTypes } from '../../src/events/present-types.js'
import { UpcastTable } from '../../src/events/upcasting.js'
import { recorded } from './recorded.js'

const OrderNoted = defineEvent({ text: 'string' })
const OrderPaid = defineEvent({ cents: 'number' })
/** Version 1 had what two events have today. */
const OrderClosed = defineEvent(
  {},
  {
    version: 2,
    into: { OrderNoted, OrderPaid },
    upcast: {
      1: (_data, _event, { next, into }) => [
        next({}),
        into.OrderNoted({ text: 'closed' }),
        into.OrderPaid({ cents: 1 }),
      ],
    },
  },
)
const upcasts = new UpcastTable([{ name: 'Order', events: { OrderNoted, OrderPaid, OrderClosed } }])

function typesOf(present: PresentTypes, type: string, schemaVersion: number): unknown {
  return present.partsOf(recorded(type, schemaVersion))?.map((part) => part.type)
}

describe('who wants some types', () => {
  const present = new PresentTypes(upcasts, ['OrderPaid'])

  test('wants old events of other types that may become one of them', () => {
    assert.equal(present.wants('OrderPaid', 'Order', 1), true)
    assert.equal(present.wants('OrderClosed', 'Order', 1), true)
    assert.equal(present.wants('OrderClosed', 'Order', 2), false)
    assert.equal(present.wants('OrderNoted', 'Order', 1), false)
  })

  test('gets those of the events that an old one became', () => {
    assert.deepEqual(typesOf(present, 'OrderClosed', 1), ['OrderPaid'])
    assert.equal(typesOf(present, 'OrderPaid', 1), undefined)
  })
})

test('who wants all types gets every event that an old one became', () => {
  const present = new PresentTypes(upcasts, undefined)

  assert.equal(present.wants('OrderClosed', 'Order', 1), true)
  assert.deepEqual(typesOf(present, 'OrderClosed', 1), ['OrderClosed', 'OrderNoted', 'OrderPaid'])
})

test('an event that no definition knows is wanted by its recorded name, and stays as it is', () => {
  const present = new PresentTypes(upcasts, ['OrderLost'])

  assert.equal(present.wants('OrderLost', 'Order', 1), true)
  assert.equal(present.wants('OrderFound', 'Order', 1), false)
  assert.equal(typesOf(present, 'OrderLost', 1), undefined)
})
