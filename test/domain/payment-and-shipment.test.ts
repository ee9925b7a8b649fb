/** The rules of `Payment` and `Shipment`: every command in every state they can be in. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Payment } from '../../actors/payment/payment.js'
import { Shipment } from '../../actors/shipment/shipment.js'
import type { AnyActor } from '../../src/index.js'
import { live, type Step } from './actor-run.js'

const authorise: Step = ['authorise', { amountCents: 2_500, method: 'card' }]
const capture: Step = ['capture']
const refund: Step = ['refund', { reason: 'changed my mind' }]
const fail: Step = ['fail', { reason: 'declined' }]

const book: Step = ['book', { pieces: [{ productId: 'product-1', quantity: 2 }] }]
const handOver: Step = ['handOver', { parcelId: 'parcel-1' }]
const deliver: Step = ['deliver']
const lose: Step = ['lose', { reason: 'fell off' }]

/** By how an actor came to where it stands, what each command leads to. */
type Table = readonly (readonly [state: string, before: readonly Step[], outcomes: string])[]

function follows(actor: AnyActor, commands: readonly Step[], table: Table): void {
  for (const [state, before, outcomes] of table) {
    test(`${state}: ${outcomes}`, () => {
      const found = commands.map((command) => live(actor, [...before, command]).outcomes.at(-1))

      assert.deepEqual(found, outcomes.split(' '))
    })
  }
}

describe('authorise, capture, refund and fail of a payment that is', () => {
  follows(
    Payment,
    [authorise, capture, refund, fail],
    [
      ['none', [], 'PaymentAuthorised PAYMENT_UNKNOWN PAYMENT_UNKNOWN PAYMENT_UNKNOWN'],
      [
        'authorised',
        [authorise],
        'PAYMENT_EXISTS PaymentCaptured PAYMENT_NOT_CAPTURED PaymentFailed',
      ],
      [
        'captured',
        [authorise, capture],
        'PAYMENT_EXISTS PAYMENT_NOT_AUTHORISED PaymentRefunded PAYMENT_NOT_AUTHORISED',
      ],
      [
        'refunded',
        [authorise, capture, refund],
        'PAYMENT_EXISTS PAYMENT_NOT_AUTHORISED PAYMENT_NOT_CAPTURED PAYMENT_NOT_AUTHORISED',
      ],
      [
        'failed',
        [authorise, fail],
        'PAYMENT_EXISTS PAYMENT_NOT_AUTHORISED PAYMENT_NOT_CAPTURED PAYMENT_NOT_AUTHORISED',
      ],
    ],
  )
})

describe('book, hand over, deliver and lose of a shipment that is', () => {
  follows(
    Shipment,
    [book, handOver, deliver, lose],
    [
      ['none', [], 'ShipmentBooked SHIPMENT_UNKNOWN SHIPMENT_UNKNOWN SHIPMENT_UNKNOWN'],
      [
        'booked',
        [book],
        'SHIPMENT_EXISTS ParcelHandedOver SHIPMENT_NOT_UNDER_WAY SHIPMENT_NOT_UNDER_WAY',
      ],
      [
        'under way',
        [book, handOver],
        'SHIPMENT_EXISTS SHIPMENT_NOT_BOOKED ParcelDelivered ParcelLost',
      ],
      [
        'delivered',
        [book, handOver, deliver],
        'SHIPMENT_EXISTS SHIPMENT_NOT_BOOKED SHIPMENT_NOT_UNDER_WAY SHIPMENT_NOT_UNDER_WAY',
      ],
      [
        'lost',
        [book, handOver, lose],
        'SHIPMENT_EXISTS SHIPMENT_NOT_BOOKED SHIPMENT_NOT_UNDER_WAY SHIPMENT_NOT_UNDER_WAY',
      ],
    ],
  )
})

test('a payment is captured and refunded in full, at most once each, whatever is asked', () => {
  const step = fc.constantFrom(authorise, capture, refund, fail)
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { events } = live(Payment, steps)
      const captured = events.filter(({ type }) => type === 'PaymentCaptured')
      const refunded = events.filter(({ type }) => type === 'PaymentRefunded')

      assert.ok(captured.length <= 1)
      assert.ok(refunded.length <= captured.length)
      for (const { data } of [...captured, ...refunded]) {
        assert.equal((data as { amountCents: number }).amountCents, 2_500)
      }
    }),
  )
})

test('a parcel arrives or is lost, never both, whatever is asked', () => {
  const step = fc.constantFrom(book, handOver, deliver, lose)
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { outcomes } = live(Shipment, steps)
      const ends = outcomes.filter((each) => each === 'ParcelDelivered' || each === 'ParcelLost')

      assert.ok(ends.length <= 1)
    }),
  )
})
