/**
 * A small domain for the tests of sagas: rooms, seats and accounts that are taken and given back.
 *
 * Nothing here is idempotent by itself: what acts twice shows.
 */

import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'

/** Asks for a trip; what becomes of it is for sagas to say. */
export const Trip = defineActor('Trip', {
  initialState: (): { readonly status: string } => ({ status: 'none' }),
  events: {
    TripAsked: defineEvent({ rooms: 'string[]', cents: 'number' }),
    TripPaid: defineEvent({ cents: 'number' }),
    TripEnded: defineEvent({ how: 'string' }),
  },
  evolve: {
    TripAsked: () => ({ status: 'asked' }),
    TripPaid: () => ({ status: 'paid' }),
    TripEnded: (_state, { data }) => ({ status: data.how }),
  },
  commands: {
    ask: {
      schema: { rooms: 'string[]', cents: 'number' },
      decide: (state, command, { events, reject }) =>
        state.status === 'none' ? events.TripAsked(command) : reject('TRIP_EXISTS'),
    },
    pay: {
      schema: { cents: 'number' },
      decide: (_state, command, { events }) => events.TripPaid(command),
    },
    end: {
      schema: { how: 'string' },
      decide: (state, command, { events, reject }) =>
        state.status === command.how ? reject('ENDED_ALREADY') : events.TripEnded(command),
    },
  },
})

/** A room, for one trip at a time. */
export const Room = defineActor('Room', {
  initialState: (): { readonly takenBy: string | null } => ({ takenBy: null }),
  events: {
    RoomTaken: defineEvent({ trip: 'string' }),
    RoomGiven: defineEvent({ trip: 'string' }),
  },
  evolve: {
    RoomTaken: (_state, { data }) => ({ takenBy: data.trip }),
    RoomGiven: () => ({ takenBy: null }),
  },
  commands: {
    take: {
      schema: { trip: 'string' },
      decide: (state, command, { events, reject }) =>
        state.takenBy === null ? events.RoomTaken(command) : reject('ROOM_TAKEN'),
    },
    give: {
      schema: { trip: 'string' },
      decide: (state, command, { events, reject }) =>
        state.takenBy === command.trip ? events.RoomGiven(command) : reject('ROOM_NOT_YOURS'),
    },
  },
})

/** Money of a trip, taken and given back. */
export const Account = defineActor('Account', {
  initialState: (): { readonly cents: number } => ({ cents: 0 }),
  events: {
    Charged: defineEvent({ cents: 'number' }),
    Refunded: defineEvent({ cents: 'number' }),
  },
  evolve: {
    Charged: (state, { data }) => ({ cents: state.cents + data.cents }),
    Refunded: (state, { data }) => ({ cents: state.cents - data.cents }),
  },
  commands: {
    charge: {
      schema: { cents: 'number' },
      decide: (_state, command, { events, reject }) =>
        command.cents > 1_000 ? reject('TOO_MUCH') : events.Charged(command),
    },
    refund: {
      schema: { cents: 'number' },
      decide: (_state, command, { events }) => events.Refunded(command),
    },
  },
})
