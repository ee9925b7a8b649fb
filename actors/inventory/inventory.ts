/**
 * `Inventory`: the stock of one product, by the product's id.
 *
 *     -receive-> available -reserve-> reserved -take-> taken
 *                    ^                    |
 *                    +-----release--------+
 *
 * Rules: no more can be reserved than is available; a reservation has an id that no other open one has;
 * only an open one can be released or taken, and always as a whole. An id that was released or taken is
 * forgotten and may be used again, because remembering every reservation there ever was would grow
 * without end.
 *
 * The events that end a reservation say how much it held, so that a reader of the log needs no state.
 */

import { defineActor, defineEvent } from 'dramatis'
import { delivery, reservation, reservationReference } from './inventory-fields.js'
import { whyNotOpen, whyNotReserved } from './inventory-rules.js'
import { emptyInventory, type InventoryState } from './inventory-state.js'
import { quantityOf, withoutReservation, withReservation } from './reservations.js'

const eventsBetweenSnapshots = 200

export const Inventory = defineActor('Inventory', {
  initialState: (): InventoryState => emptyInventory,
  events: {
    StockReceived: defineEvent(delivery),
    StockReserved: defineEvent(reservation),
    StockReleased: defineEvent(reservation),
    StockTaken: defineEvent(reservation),
  },
  evolve: {
    StockReceived: (state, { data }) => ({
      ...state,
      received: state.received + data.quantity,
      available: state.available + data.quantity,
    }),
    StockReserved: (state, { data }) => ({
      ...state,
      available: state.available - data.quantity,
      reservations: withReservation(state.reservations, data.reservationId, data.quantity),
    }),
    StockReleased: (state, { data }) => ({
      ...state,
      available: state.available + data.quantity,
      reservations: withoutReservation(state.reservations, data.reservationId),
    }),
    StockTaken: (state, { data }) => ({
      ...state,
      taken: state.taken + data.quantity,
      reservations: withoutReservation(state.reservations, data.reservationId),
    }),
  },
  commands: {
    receive: {
      schema: delivery,
      decide: (_state, command, { events }) => events.StockReceived(command),
    },
    reserve: {
      schema: reservation,
      decide: (state, command, { events, reject }) => {
        const no = whyNotReserved(state, command.reservationId, command.quantity)
        return no === null ? events.StockReserved(command) : reject(...no)
      },
    },
    release: {
      schema: reservationReference,
      decide: (state, { reservationId }, { events, reject }) => {
        const no = whyNotOpen(state, reservationId)
        if (no !== null) return reject(...no)
        return events.StockReleased({ reservationId, quantity: heldBy(state, reservationId) })
      },
    },
    take: {
      schema: reservationReference,
      decide: (state, { reservationId }, { events, reject }) => {
        const no = whyNotOpen(state, reservationId)
        if (no !== null) return reject(...no)
        return events.StockTaken({ reservationId, quantity: heldBy(state, reservationId) })
      },
    },
  },
  snapshot: {
    version: 1,
    // As many events apart as there are reservations to write, so that keeping them costs each event the same.
    when: ({ reservations }, { eventsSince }) =>
      eventsSince >= Math.max(eventsBetweenSnapshots, reservations.count),
  },
})

/** Of a reservation that is open. */
function heldBy({ reservations }: InventoryState, reservationId: string): number {
  return quantityOf(reservations, reservationId)!
}
