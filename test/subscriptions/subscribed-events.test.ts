/** Which records a subscription wants, by their headers alone, and what it makes of them. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { UnknownEvents } from '../../src/define/projector.js'
import { UpcastTable } from '../../src/events/upcasting.js'
import { SubscribedEvents } from '../../src/subscriptions/subscribed-events.js'
import { recorded } from '../events/recorded.js'
import { Order } from '../runtime/apps/aged-orders.js'

function subscribe(types: readonly string[], unknownEvents: UnknownEvents = 'fail') {
  const on = Object.fromEntries(types.map((type) => [type, () => {}]))
  const table = new UpcastTable([Order])
  return new SubscribedEvents(table, { from: [Order], on, unknownEvents })
}

describe('a subscription', () => {
  test('wants its types, and old ones only if they may become one of them', () => {
    const { wantsType } = subscribe(['OrderNoted'])

    assert.equal(wantsType('OrderNoted', 'Order', 1), true)
    assert.equal(wantsType('OrderPlaced', 'Order', 1), true)
    assert.equal(wantsType('OrderCreated', 'Order', 1), true)
    assert.equal(wantsType('OrderCreated', 'Order', 2), false)
    assert.equal(wantsType('OrderPaid', 'Order', 1), false)
    assert.equal(wantsType('OrderPaid', 'Order', 2), false)
  })

  test('wants the newer versions of its types, so that it stops at them', () => {
    assert.equal(subscribe(['OrderPaid']).wantsType('OrderPaid', 'Order', 3), true)
    assert.equal(subscribe(['OrderNoted']).wantsType('OrderPaid', 'Order', 3), false)
  })

  test('wants unknown events of its own actors, unless it skips them', () => {
    for (const [unknownEvents, wanted] of [
      ['fail', true],
      ['skip', false],
    ] as const) {
      const { wantsType } = subscribe(['OrderPaid'], unknownEvents)

      assert.equal(wantsType('OrderRefunded', 'Order', 1), wanted)
      assert.equal(wantsType('OrderRefunded', 'Other', 1), false)
    }
  })

  test('looks nothing up as long as all it has read is current', () => {
    const events = subscribe(['OrderPaid'])

    events.wantsType('OrderPaid', 'Order', 2)
    events.wantsType('OrderPlaced', 'Order', 1)
    const before = events.hasSeenOld
    events.wantsType('OrderPaid', 'Order', 1)

    assert.deepEqual([before, events.hasSeenOld], [false, true])
  })

  test('is given the parts that it has functions for, and none of anything else', () => {
    const events = subscribe(['OrderNoted'], 'skip')
    const partsOf = (type: string, schemaVersion: number) =>
      events.partsOf({ ...recorded(type, schemaVersion, { total: 1, note: 'x' }) })

    assert.deepEqual(
      partsOf('OrderPlaced', 1)?.map(({ type }) => type),
      ['OrderNoted'],
    )
    assert.equal(partsOf('OrderNoted', 1), null)
    assert.deepEqual(partsOf('OrderPaid', 2), [])
    assert.deepEqual(partsOf('OrderRefunded', 1), [])
  })
})
