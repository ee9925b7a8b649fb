/**
 * Sagas over trips, for the tests: one kind of state, a runtime in memory, and a clock that moves when
 * everything else is at rest.
 */

import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import { yieldToEventLoop } from '../../src/base/signal.js'
import { defineApp } from '../../src/define/app.js'
import {
  type AnySaga,
  defineSaga,
  type SagaDefinition,
  type SagaOptions,
} from '../../src/define/saga/saga.js'
import type { FlowFrom, StepFacts, Steps } from '../../src/define/saga/steps.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import type { SagaEnd } from '../../src/sagas/saga-ends.js'
import { onEnd, type Scope } from '../support/scope.js'
import { Account, Room, Trip } from './travel.js'

export interface TripState {
  readonly rooms: readonly string[]
  readonly cents: number
  /** What steps have noted. */
  readonly notes: readonly string[]
}

export type TripFlow = FlowFrom<TripState, readonly [typeof Trip]>
export type TripSaga = SagaDefinition<'Booking', TripState>

/** A saga of that name for trips that are asked for. */
export function tripSaga(steps: (flow: TripFlow) => Steps, options: SagaOptions = {}): TripSaga {
  return defineSaga('Booking', {
    from: [Trip],
    startOn: 'TripAsked',
    state: ({ data }): TripState => ({ ...data, notes: [] }),
    steps,
    ...options,
  }) as TripSaga
}

type Facts = StepFacts<unknown>

/** Takes a room, and gives it back. */
export const taking = (room: string) => ({
  send: (_state: TripState, { send, sagaId }: Facts) => send(Room, room, 'take', { trip: sagaId }),
  compensate: giving(room),
})

export const giving = (room: string) => ({
  send: (_state: TripState, { send, sagaId }: Facts) => send(Room, room, 'give', { trip: sagaId }),
})

/** Charges what the trip costs, and gives it back. More than 1,000 is refused. */
export const charging = {
  send: ({ cents }: TripState, { send, sagaId }: Facts) =>
    send(Account, sagaId, 'charge', { cents }),
  compensate: {
    send: ({ cents }: TripState, { send, sagaId }: Facts) =>
      send(Account, sagaId, 'refund', { cents }),
  },
}

export interface Trips {
  readonly runtime: Runtime
  readonly clock: ManualClock
  /** Asks for a trip. */
  ask(id: string, asked?: { readonly rooms?: string[]; readonly cents?: number }): Promise<void>
  /** Waits for the end of a trip's saga; time passes meanwhile. */
  ended(id: string): Promise<SagaEnd>
  /** Waits for anything; time passes meanwhile. */
  pass<T>(awaited: Promise<T>): Promise<T>
  /** What happened, attempt by attempt. */
  outcomes(id: string): Promise<string[]>
}

/** A runtime in memory, on a clock of its own. */
export async function openTrips(
  t: Scope,
  saga: TripSaga,
  clock: ManualClock = new ManualClock(),
): Promise<Trips> {
  const app = defineApp({ actors: [Trip, Room, Account], sagas: [saga as AnySaga] })
  const runtime = await openRuntime({ app, clock, random: createSeededRandom(1) })
  onEnd(t, () => passTime(clock, runtime.close()))
  return tripsOf(runtime, saga, clock)
}

export function tripsOf(runtime: Runtime, saga: TripSaga, clock: ManualClock): Trips {
  let events = 0
  runtime.bus.subscribe('*', () => {
    events++
  })
  const pass = <T>(awaited: Promise<T>): Promise<T> => passTime(clock, awaited, () => events)
  return {
    runtime,
    clock,
    ask: async (id, { rooms = [], cents = 100 } = {}) => {
      await runtime.actor(Trip, id).send('ask', { rooms, cents })
    },
    ended: (id) => pass(runtime.saga(saga, id).ended({ timeoutMs: 3_600_000 })),
    pass,
    outcomes: async (id) => {
      const timeline = await runtime.saga(saga, id).timeline()
      return timeline.map(({ step, outcome }) => `${step} ${outcome}`)
    },
  }
}

/** Turns of the event loop without an event after which nothing is left to do but to wait for the time. */
const restTurns = 50

/**
 * Waits for a promise, and moves the clock whenever everything else is at rest.
 *
 * @param activity - Rises while there is anything to do.
 */
export async function passTime<T>(
  clock: ManualClock,
  awaited: Promise<T>,
  activity: () => number = () => 0,
): Promise<T> {
  let isOver = false
  const over = awaited.finally(() => {
    isOver = true
  })
  over.catch(() => {})
  while (!isOver) {
    await atRest(activity)
    if (!isOver) clock.advanceToNext()
  }
  return await over
}

/** Lets everything run that does not wait for the time. */
export async function atRest(activity: () => number = () => 0): Promise<void> {
  let seen = activity()
  for (let turn = 0; turn < restTurns; turn++) {
    await yieldToEventLoop()
    if (activity() === seen) continue
    seen = activity()
    turn = 0
  }
}
