/** The helper for tests of upcasters: it shows what comes out, and whether that fits. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineActor, defineEvent } from '../../src/index.js'
import { upcastEvent } from '../../src/testing/index.js'
import { Order } from '../runtime/apps/aged-orders.js'

test('an old event is shown as what it is today', () => {
  const old = { type: 'OrderPlaced', schemaVersion: 1, data: { total: 12, note: 'fast' } }

  assert.deepEqual(upcastEvent(Order, old), [
    { type: 'OrderCreated', data: { cents: 1_200 } },
    { type: 'OrderNoted', data: { text: 'fast' } },
  ])
})

test('an upcaster whose payload does not fit the current schema is found out', () => {
  const Changed = defineEvent(
    { cents: 'number|integer' },
    {
      version: 2,
      upcast: { 1: (data: { readonly total: number }) => ({ cents: data.total * 100 }) },
    },
  )
  const Account = defineActor('Account', {
    initialState: () => ({}),
    events: { Changed },
    evolve: { Changed: (state) => state },
    commands: {},
  })
  const old = { type: 'Changed', schemaVersion: 1, data: { total: 0.005 } }

  assert.throws(() => upcastEvent(Account, old), {
    code: 'DRAMATIS_SCHEMA_MISMATCH',
    subject: 'event Changed',
  })
})
