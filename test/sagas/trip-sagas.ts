/**
 * Sagas of every kind over the travel domain, to be crashed.
 *
 * Each is deterministic: however often it is interrupted, it comes to the same end.
 */

import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { type AnySaga, defineSaga } from '../../src/define/saga/saga.js'
import type { SendStepOptions } from '../../src/define/saga/steps.js'
import { Account, Room, Trip } from './travel.js'

/** Lets trips through once somebody has opened it. */
export const Gate = defineActor('Gate', {
  initialState: () => ({ isOpen: false, passed: 0 }),
  events: { Opened: defineEvent({}), Passed: defineEvent({ trip: 'string' }) },
  evolve: {
    Opened: (state) => ({ ...state, isOpen: true }),
    Passed: (state) => ({ ...state, passed: state.passed + 1 }),
  },
  commands: {
    open: {
      schema: {},
      decide: (state, _command, { events }) => (state.isOpen ? [] : events.Opened({})),
    },
    pass: {
      schema: { trip: 'string' },
      decide: (state, command, { events, reject }) =>
        state.isOpen ? events.Passed(command) : reject('GATE_CLOSED'),
    },
  },
})

export interface TripState {
  readonly rooms: readonly string[]
  readonly cents: number
  readonly noted: number
}

export const trip = {
  from: [Trip],
  startOn: 'TripAsked',
  state: ({ data }: { readonly data: Omit<TripState, 'noted'> }): TripState => ({
    rooms: data.rooms,
    cents: data.cents,
    noted: 0,
  }),
  partitions: 2,
} as const

type Sending = SendStepOptions<TripState, Record<never, never>, undefined>

/** Takes a room, and gives it back. */
export function taking(roomOf: (state: TripState) => string): Sending {
  return {
    send: (state, { send, sagaId }) => send(Room, roomOf(state), 'take', { trip: sagaId }),
    compensate: {
      send: (state, { send, sagaId }) => send(Room, roomOf(state), 'give', { trip: sagaId }),
    },
  }
}

export const firstRoom = ({ rooms }: TripState): string => rooms[0]!

export const later = {
  attemptsMax: 3,
  retriesAtOnce: 0,
  delayMs: 1_000,
  delayMsMax: 5_000,
} as const

/** Rooms at the same time, then the money, then the end. */
export const Booking: AnySaga = defineSaga('Booking', {
  ...trip,
  steps: ({ each, step }) => [
    each(
      'rooms',
      ({ rooms }) => rooms,
      (room) =>
        room.step('take', {
          send: (_state, { send, item, sagaId }) => send(Room, item, 'take', { trip: sagaId }),
          compensate: {
            send: (_state, { send, item, sagaId }) => send(Room, item, 'give', { trip: sagaId }),
          },
        }),
      { parallelMax: 10 },
    ),
    step('charge', {
      send: ({ cents }, { send, sagaId }) => send(Account, sagaId, 'charge', { cents }),
      compensate: {
        send: ({ cents }, { send, sagaId }) => send(Account, sagaId, 'refund', { cents }),
      },
    }),
    step('end', {
      send: (_state, { send, sagaId }) => send(Trip, sagaId, 'end', { how: 'booked' }),
    }),
  ],
})

/** Waits for a payment, for twenty seconds. */
export const Paying: AnySaga = defineSaga('Paying', {
  ...trip,
  steps: ({ step }) => [
    step('take', taking(firstRoom)),
    step('payment', {
      until: { TripPaid: (state, { data }) => ({ ...state, noted: data.cents }) },
      withinMs: 20_000,
    }),
    step('charge', {
      send: ({ noted }, { send, sagaId }) => send(Account, sagaId, 'charge', { cents: noted }),
    }),
  ],
})

/** Stops at a gate until somebody has opened it and tells it to go on. */
export const Passing: AnySaga = defineSaga('Passing', {
  ...trip,
  steps: ({ step }) => [
    step('take', taking(firstRoom)),
    step('pass', {
      send: (_state, { send, sagaId }) => send(Gate, 'g', 'pass', { trip: sagaId }),
      whenExhausted: 'park',
      withinMs: 3_000_000,
    }),
    step('charge', {
      send: ({ cents }, { send, sagaId }) => send(Account, sagaId, 'charge', { cents }),
    }),
  ],
})

/** Decides at events and at times: charges 10 at each of two reminders, then 100, then completes. */
export const Reminding: AnySaga = defineSaga('Reminding', {
  ...trip,
  on: {
    TripAsked: ({ rooms }, _event, { sagaId, send, schedule, message }) => [
      send(Room, rooms[0]!, 'take', { trip: sagaId }),
      schedule('remind', { afterMs: 5_000 }, message('remind', { cents: 10 })),
      schedule('give up', { afterMs: 3_000_000 }, message('giveUp')),
      schedule('for ever', { afterMs: 3_500_000 }, message('giveUp')),
    ],
  },
  messages: {
    remind: (state: TripState, { cents }: { readonly cents: number }, tools) => {
      const { become, cancelTimer, message, schedule, send, sagaId } = tools
      const effects = [
        send(Account, sagaId, 'charge', { cents }),
        become({ ...state, noted: state.noted + 1 }),
      ]
      if (state.noted === 0) {
        return [...effects, schedule('remind', { afterMs: 5_000 }, message('remind', { cents }))]
      }
      const charge = send(Account, sagaId, 'charge', { cents: 100 })
      return [
        ...effects,
        cancelTimer('give up'),
        schedule('last', { afterMs: 5_000 }, charge),
        schedule('finish', { afterMs: 6_000 }, message('finish')),
      ]
    },
    giveUp: (_state: TripState, _data: null, { fail }) => fail('GIVEN_UP'),
    finish: (_state: TripState, _data: null, { complete }) => complete(),
  },
})

/** Its first command is refused, and it makes do with another. */
export const MakingDo: AnySaga = defineSaga('MakingDo', {
  ...trip,
  on: {
    TripAsked: (_state, _event, { sagaId, send }) =>
      send(Account, sagaId, 'charge', { cents: 5_000 }),
    TripEnded: (_state, _event, { complete }) => complete(),
  },
  rejected: (state, { reason }, { become, sagaId, send }) => [
    become({ ...state, noted: reason.length }),
    send(Account, sagaId, 'charge', { cents: 500 }),
    send(Trip, sagaId, 'end', { how: reason }),
  ],
})
