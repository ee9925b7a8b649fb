/**
 * Sagas that call an outside world beside the travel domain, to be crashed.
 *
 * Each is deterministic: however often it is interrupted, it comes to the same end.
 */

import { type AnySaga, defineSaga } from '../../src/define/saga/saga.js'
import type { LastingWorld } from './lasting-world.js'
import { Account, Room } from './travel.js'
import { firstRoom, later, taking, trip } from './trip-sagas.js'

const once = { attemptsMax: 1, retriesAtOnce: 0 } as const

/** Sagas that call the outside. */
export interface OutsideSagas {
  readonly Holding: AnySaga
  readonly Branching: AnySaga
  readonly Abandoning: AnySaga
  readonly Failing: AnySaga
  readonly Mending: AnySaga
}

export function createOutsideSagas(outside: LastingWorld): OutsideSagas {
  return {
    Holding: createHolding(outside),
    Branching: createBranching(outside),
    Abandoning: createAbandoning(outside),
    Failing: createFailing(outside),
    Mending: createMending(outside),
  }
}

/** Its calls fail at first, the last one always: all is taken back, by calls that fail at first too. */
function createHolding(outside: LastingWorld): AnySaga {
  return defineSaga('Holding', {
    ...trip,
    steps: ({ step }) => [
      step('hold', {
        call: (_state, context) => outside.act(context, 1),
        retry: later,
        onAnswer: (state, attempts) => ({ ...state, noted: attempts }),
        compensate: { call: (_state, context) => outside.act(context, 1), retry: later },
      }),
      step('take', taking(firstRoom)),
      step('capture', {
        call: (_state, context) => outside.act(context, 9),
        retry: { ...later, attemptsMax: 2, retriesAtOnce: 1 },
        withinMs: 3_000_000,
        compensate: { when: 'attempted', call: (_state, context) => outside.act(context) },
      }),
    ],
  })
}

/** Branches, races, choices, and two steps for each room. */
function createBranching(outside: LastingWorld): AnySaga {
  return defineSaga('Branching', {
    ...trip,
    steps: ({ all, each, first, step, when }) => [
      all('both', [
        step(
          'left',
          taking(() => 'left'),
        ),
        [step('seat', { call: (_state, context) => outside.act(context) }), step('mark')],
      ]),
      first('race', [
        step('lame', { call: (_state, context) => outside.act(context, 9), retry: once }),
        step(
          'swift',
          taking(() => 'swift'),
        ),
        step(
          'equal',
          taking(() => 'equal'),
        ),
        step('patient', { until: { TripPaid: (state) => state }, withinMs: 20_000 }),
      ]),
      when(
        'dear',
        ({ cents }) => cents > 100,
        step('charge', {
          send: ({ cents }, { send, sagaId }) => send(Account, sagaId, 'charge', { cents }),
        }),
        step('cheap'),
      ),
      each(
        'rooms',
        ({ rooms }) => rooms,
        (room) => [
          room.step('ask', {
            call: (_state, context) => outside.act(context, context.index),
            retry: later,
            onAnswer: (state, attempts) => ({ ...state, noted: state.noted + attempts }),
          }),
          room.step('take', {
            send: (_state, { send, item, sagaId }) => send(Room, item, 'take', { trip: sagaId }),
          }),
        ],
      ),
    ],
  })
}

/** Of two branches one fails while the other's call is under way. */
function createAbandoning(outside: LastingWorld): AnySaga {
  return defineSaga('Abandoning', {
    ...trip,
    steps: ({ all, step }) => [
      all('both', [
        step('hang', {
          call: (_state, context) => outside.hang(context),
          timeoutMs: 3_000_000,
          compensate: { when: 'attempted', call: (_state, context) => outside.act(context, 1) },
        }),
        step('charge', {
          send: (_state, { send, sagaId }) => send(Account, sagaId, 'charge', { cents: 5_000 }),
        }),
      ]),
    ],
  })
}

/** What it did first cannot be taken back, what it did then can. */
function createFailing(outside: LastingWorld): AnySaga {
  return defineSaga('Failing', {
    ...trip,
    steps: ({ step, fail }) => [
      step('hold', {
        call: (_state, context) => outside.act(context),
        compensate: { call: (_state, context) => outside.act(context, 9), retry: later },
      }),
      step('take', taking(firstRoom)),
      fail('no', 'NOT_TODAY'),
    ],
  })
}

/** Its code breaks on the answer until somebody has mended it. */
function createMending(outside: LastingWorld): AnySaga {
  return defineSaga('Mending', {
    ...trip,
    steps: ({ step }) => [
      step('hold', {
        call: (_state, context) => outside.act(context),
        onAnswer: (state, attempts) => {
          if (!outside.isMended) throw new Error('broken')
          return { ...state, noted: attempts }
        },
      }),
      step('charge', {
        send: ({ noted }, { send, sagaId }) => send(Account, sagaId, 'charge', { cents: noted }),
      }),
    ],
  })
}
