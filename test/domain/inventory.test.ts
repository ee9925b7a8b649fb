/** The rules of `Inventory`, on its pure functions, and its law over random lives. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Inventory } from '../../actors/inventory/inventory.js'
import type { InventoryState } from '../../actors/inventory/inventory-state.js'
import {
  noReservations,
  openReservations,
  quantityOf,
  quantityReserved,
  withoutReservation,
  withReservation,
} from '../../actors/inventory/reservations.js'
import { defineApp, openRuntime } from '../../src/index.js'
import { onEnd } from '../support/scope.js'
import { lastOf, live, type Step } from './actor-run.js'

const receive = (quantity: number): Step => ['receive', { quantity }]
const reserve = (reservationId: string, quantity: number): Step => [
  'reserve',
  { reservationId, quantity },
]
const release = (reservationId: string): Step => ['release', { reservationId }]
const take = (reservationId: string): Step => ['take', { reservationId }]

describe('the stock of a product', () => {
  const refusals: readonly [what: string, reason: string, ...steps: Step[]][] = [
    ['what was never received', 'OUT_OF_STOCK', reserve('a', 1)],
    ['more than is left', 'OUT_OF_STOCK', receive(5), reserve('a', 3), reserve('b', 3)],
    [
      'a second time under one id',
      'RESERVATION_EXISTS',
      receive(5),
      reserve('a', 1),
      reserve('a', 1),
    ],
    ['to release what nobody reserved', 'RESERVATION_UNKNOWN', receive(5), release('a')],
    ['to take what nobody reserved', 'RESERVATION_UNKNOWN', receive(5), take('a')],
    [
      'to release twice',
      'RESERVATION_UNKNOWN',
      receive(5),
      reserve('a', 1),
      release('a'),
      release('a'),
    ],
    ['to take twice', 'RESERVATION_UNKNOWN', receive(5), reserve('a', 1), take('a'), take('a')],
    [
      'to take what was released',
      'RESERVATION_UNKNOWN',
      receive(5),
      reserve('a', 1),
      release('a'),
      take('a'),
    ],
    [
      'to release what was taken',
      'RESERVATION_UNKNOWN',
      receive(5),
      reserve('a', 1),
      take('a'),
      release('a'),
    ],
  ]
  for (const [what, reason, ...steps] of refusals) {
    test(`refuses ${what}`, () => {
      assert.equal(lastOf(Inventory, ...steps), reason)
    })
  }

  test('goes from the delivery to the shelf, to a reservation, and away', () => {
    const life = live(Inventory, [
      receive(5),
      reserve('a', 2),
      reserve('b', 3),
      take('a'),
      release('b'),
    ])

    assert.deepEqual(life.outcomes, [
      'StockReceived',
      'StockReserved',
      'StockReserved',
      'StockTaken',
      'StockReleased',
    ])
    assert.deepEqual(life.state, {
      received: 5,
      available: 3,
      taken: 2,
      reservations: noReservations,
    })
  })

  test('says how much a reservation held when it ends', () => {
    const { events } = live(Inventory, [
      receive(5),
      reserve('a', 2),
      take('a'),
      reserve('b', 3),
      release('b'),
    ])

    assert.deepEqual(
      events.filter(({ type }) => type === 'StockTaken' || type === 'StockReleased'),
      [
        { type: 'StockTaken', data: { reservationId: 'a', quantity: 2 } },
        { type: 'StockReleased', data: { reservationId: 'b', quantity: 3 } },
      ],
    )
  })

  test('is received = available + reserved + taken in every state of every life', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.integer({ min: 1, max: 9 }).map(receive),
      fc.tuple(id, fc.integer({ min: 1, max: 9 })).map(([name, n]) => reserve(name, n)),
      id.map(release),
      id.map(take),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        live(Inventory, steps, (state: InventoryState) => {
          const { received, available, taken, reservations } = state
          assert.equal(received, available + quantityReserved(reservations) + taken)
          assert.ok(available >= 0)
        })
      }),
    )
  })

  test('comes back from a snapshot with all its reservations', async (t) => {
    const runtime = await openRuntime({
      app: defineApp({ actors: [Inventory] }),
      limits: { actorsMax: 1 },
    })
    onEnd(t, () => runtime.close())
    const product = runtime.actor(Inventory, 'hot')
    await product.send('receive', { quantity: 1_000 })
    const ids = Array.from({ length: 300 }, (_, at) => `order-${at}`)
    await Promise.all(ids.map((id) => product.send('reserve', { reservationId: id, quantity: 2 })))

    await runtime.actor(Inventory, 'another').send('receive', { quantity: 1 })
    await product.send('take', { reservationId: 'order-17' })

    const { available, taken, reservations } = await product.state()
    assert.deepEqual([available, taken, reservations.count], [400, 2, 299])
    assert.equal(quantityReserved(reservations), 598)
  })
})

describe('the open reservations', () => {
  const changes = fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 60 }).map(String),
      quantity: fc.integer({ min: 1 }),
    }),
    { maxLength: 300 },
  )

  test('are those of a plain map, whatever is added and removed', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const expected = new Map<string, number>()
        let reservations = noReservations
        for (const { id, quantity } of list) {
          if (expected.delete(id)) reservations = withoutReservation(reservations, id)
          else {
            expected.set(id, quantity)
            reservations = withReservation(reservations, id, quantity)
          }
        }

        assert.deepEqual(new Map(openReservations(reservations)), expected)
        assert.equal(reservations.count, expected.size)
        for (const { id } of list) assert.equal(quantityOf(reservations, id), expected.get(id))
      }),
    )
  })

  test('leave nothing behind when the last of thousands is gone', () => {
    const ids = Array.from({ length: 5_000 }, (_, at) => `made-1-${at}`)

    const all = ids.reduce((some, id) => withReservation(some, id, 1), noReservations)
    const none = ids.reduce((some, id) => withoutReservation(some, id), all)

    assert.equal(all.count, 5_000)
    assert.deepEqual(none, noReservations)
  })

  test('never change what was there before', () => {
    const ids = Array.from({ length: 200 }, (_, at) => `order-${at}`)
    const before = ids.reduce((some, id) => withReservation(some, id, 1), noReservations)
    const copy = structuredClone(before)

    for (const id of ids) withoutReservation(before, id)
    withReservation(before, 'one more', 1)

    assert.deepEqual(before, copy)
  })

  test('share all but a path with the ones before, so that thousands cost no more than a few', () => {
    const ids = Array.from({ length: 10_000 }, (_, at) => `order-${at}`)
    const before = ids.reduce((some, id) => withReservation(some, id, 1), noReservations)
    const parts = partsOf(before.root)

    const after = withReservation(before, 'one more', 1)

    const made = [...partsOf(after.root)].filter((part) => !parts.has(part))
    assert.ok(parts.size > 1_000)
    assert.ok(made.length < 20, `${made.length} new objects`)
  })

  test('of one hash are told apart by their ids, however many they are', () => {
    const ids = colliding()
    assert.equal(new Set(ids).size, 16)

    const all = ids.reduce((some, id, at) => withReservation(some, id, at + 1), noReservations)
    const rest = ids.slice(1).reduce((some, id) => withoutReservation(some, id), all)

    for (const [at, id] of ids.entries()) assert.equal(quantityOf(all, id), at + 1)
    assert.deepEqual([...openReservations(rest)], [[ids[0], 1]])
  })
})

/** Every object and list of a trie. */
function partsOf(node: unknown, parts: Set<object> = new Set()): Set<object> {
  if (node === null || typeof node !== 'object') return parts
  parts.add(node)
  for (const child of Object.values(node)) partsOf(child, parts)
  return parts
}

/**
 * Sixteen ids with the same FNV-1a hash of 32 bits: four times two pieces of text that lead from one
 * state of the hash to the same next one, found by the birthdays of a hundred thousand.
 *
 * Source: Joux, "Multicollisions in Iterated Hash Functions" (2004).
 */
function colliding(): readonly string[] {
  let ids = ['']
  let state = 0x811c9dc5
  for (let part = 0; part < 4; part++) {
    const { texts, reached } = collidingFrom(state)
    ids = ids.flatMap((id) => texts.map((text) => id + text))
    state = reached
  }
  return ids
}

function collidingFrom(state: number): {
  readonly texts: readonly string[]
  readonly reached: number
} {
  const seen = new Map<number, string>()
  for (let at = 0; ; at++) {
    const text = `order-${at} `
    let hash = state
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    }
    const earlier = seen.get(hash)
    if (earlier !== undefined) return { texts: [earlier, text], reached: hash }
    seen.set(hash, text)
  }
}
