/**
 * `Fulfilment`: an order from the basket to the doorstep, told from beginning to end in one place.
 *
 *     OrderCreated -> reserve each product -> authorise -> charge -> capture -> pay the order
 *         -> take each product -> book -> the parcel arrives -> ship and deliver the order
 *
 * Whatever fails on the way, what was done before is taken back, the last first, down to the order itself,
 * which is cancelled for the reason of the failure.
 *
 * Compared with the choreographed twin (`../choreographed/app.ts`), over the same actors and the same world
 * outside:
 *
 *   - the process is written down: this file, instead of eight handlers that meet nowhere;
 *   - nobody has to count: `each` waits for all pieces, so there is no `PickList`;
 *   - what takes a step back stands beside the step, and the order of both is no one's care;
 *   - where an order stands is a question with one answer: `runtime.saga(Fulfilment, orderId).timeline()`;
 *   - a customer who cancels is heard before the charge is tried again, and one who cancels too late stops
 *     the saga at a step, where an operator sees it, instead of passing unseen.
 *
 * What it costs: all of an order's decisions pass through one more stream, so the log has almost three times
 * the events; and whoever changes a step's name or its place has to think of the instances under way.
 */

import { defineSaga } from 'dramatis'
import { Inventory } from '../../inventory/inventory.js'
import { Order } from '../../order/order.js'
import { Payment } from '../../payment/payment.js'
import { Shipment } from '../../shipment/shipment.js'
import { charge, refund } from '../outside/payment-provider.js'
import { method, paymentTimeMs } from '../terms.js'
import { begun, reasonOf } from './fulfilment-state.js'

/** How long after it was handed over a parcel that has not arrived counts as lost. Milliseconds. */
export const deliveryTimeMs: number = 30 * 86_400_000

export const Fulfilment = defineSaga('Fulfilment', {
  from: [Order, Shipment],
  startOn: 'OrderCreated',
  state: ({ data }) => begun(data),
  steps: ({ step, each }) => [
    // Does nothing, and is the last to be taken back.
    step('accept', {
      compensate: {
        send: (_state, { send, sagaId, cause }) =>
          send(Order, sagaId, 'cancel', { reason: reasonOf(cause) }),
        nothingToUndo: ['ORDER_NOT_CANCELLABLE'],
      },
    }),
    each(
      'shelves',
      ({ pieces }) => pieces,
      (piece) =>
        piece.step('reserve', {
          send: (_state, { send, sagaId: reservationId, item: { productId, quantity } }) =>
            send(Inventory, productId, 'reserve', { reservationId, quantity }),
          compensate: {
            send: (_state, { send, sagaId: reservationId, item }) =>
              send(Inventory, item.productId, 'release', { reservationId }),
            // It was taken: what is lost with a parcel does not come back on the shelf.
            nothingToUndo: ['RESERVATION_UNKNOWN'],
          },
        }),
      { parallelMax: 50 },
    ),
    step('authorise', {
      send: ({ amountCents }, { send, sagaId }) =>
        send(Payment, sagaId, 'authorise', { amountCents, method }),
      compensate: {
        send: (_state, { send, sagaId, cause }) =>
          send(Payment, sagaId, 'fail', { reason: reasonOf(cause) }),
        // It was captured, and given back.
        nothingToUndo: ['PAYMENT_NOT_AUTHORISED'],
      },
    }),
    step('charge', {
      call: (_state, context) => charge(context.sagaId, context),
      onAnswer: (state, answer, { fail }) =>
        answer.outcome === 'charged' ? state : fail(answer.reason),
      withinMs: paymentTimeMs,
      retry: { attemptsMax: 100, delayMs: 100, delayMsMax: 60_000 },
      compensate: {
        call: (_state, context) => refund(context.sagaId, context),
        // A charge that nobody answered for may have been made.
        when: 'attempted',
        retry: { attemptsMax: 100, delayMs: 100, delayMsMax: 60_000 },
      },
    }),
    step('capture', {
      send: (_state, { send, sagaId }) => send(Payment, sagaId, 'capture', {}),
      compensate: {
        send: (_state, { send, sagaId, cause }) =>
          send(Payment, sagaId, 'refund', { reason: reasonOf(cause) }),
      },
    }),
    step('pay', {
      send: ({ amountCents }, { send, sagaId }) =>
        send(Order, sagaId, 'pay', { paymentId: sagaId, amountCents, method }),
      onAnswer: (state) => ({ ...state, isPaid: true }),
    }),
    each(
      'goods',
      ({ pieces }) => pieces,
      (piece) =>
        piece.step('take', {
          send: (_state, { send, sagaId: reservationId, item }) =>
            send(Inventory, item.productId, 'take', { reservationId }),
          whenExhausted: 'park',
        }),
      { parallelMax: 50 },
    ),
    step('book', {
      send: ({ pieces }, { send, sagaId }) => send(Shipment, sagaId, 'book', { pieces }),
      whenExhausted: 'park',
    }),
    step('arrive', {
      until: {
        ParcelDelivered: (state) => state,
        ParcelLost: (_state, { data: { reason } }, { fail }) => fail(reason),
      },
    }),
    // Refused to somebody who cancelled too late: an operator has to find out who has goods and money.
    step('ship', {
      send: (_state, { send, sagaId }) => send(Order, sagaId, 'ship', { shipmentId: sagaId }),
      whenExhausted: 'park',
    }),
    step('deliver', {
      send: (_state, { send, sagaId }) => send(Order, sagaId, 'deliver', {}),
      whenExhausted: 'park',
    }),
  ],
  on: {
    OrderCancelled: ({ isPaid }, { data: { reason } }, { fail, ignore }) =>
      isPaid ? ignore() : fail(reason),
    // The parcel itself says whether it has arrived or is lost, so that a late one cannot be both.
    ParcelHandedOver: (_state, { aggregateId: orderId }, { schedule, send }) =>
      schedule(
        'arrival',
        { afterMs: deliveryTimeMs },
        send(Shipment, orderId, 'lose', { reason: 'NOT_DELIVERED_IN_TIME' }),
      ),
  },
  // The time limit of a parcel that has arrived, or is lost already.
  rejected: (_state, _failed, { ignore }) => ignore(),
})
