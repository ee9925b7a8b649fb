/**
 * An app that has something of everything, so that a process that runs it comes past every place at which
 * it can be killed: counters with a view, names that one member holds alone, people who are forgotten, a
 * handler whose keys are parked, timers, and a saga that an operator has to help.
 */

import { isMainThread, threadId } from 'node:worker_threads'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineSaga,
  TerminalError,
} from '../../src/index.js'
import { People, Person } from '../runtime/apps/people.js'
import type { DeliveryEnvironment } from './app.js'
import { Counter, Totals } from './counter.js'
import { openDeliveries } from './deliveries.js'
import { Member } from './members.js'

const environment = process.env as Partial<DeliveryEnvironment>
/** More than a process ever starts. */
const threadsMax = 100_000
// Threads die apart from each other: each has a life of its own.
const life = Number(environment.DRAMATIS_CRASH_LIFE ?? 0) + threadId / threadsMax
const write = openDeliveries(environment.DRAMATIS_CRASH_DELIVERIES ?? '/dev/null')

/** Deliveries in total before an event of a counter is parked: more than it takes. */
export const attemptsMax = 5

/** What somebody is asked to do. Its id says what becomes of it: `redriven-3`, `discarded-3`. */
export const Errand = defineActor('Errand', {
  initialState: () => ({ isGiven: false, rings: 0 }),
  events: {
    ErrandGiven: defineEvent({}),
    BellRung: defineEvent({ dueAtMs: 'number|integer' }),
  },
  evolve: {
    ErrandGiven: (state) => ({ ...state, isGiven: true }),
    BellRung: (state) => ({ ...state, rings: state.rings + 1 }),
  },
  commands: {
    give: { schema: {}, decide: (_state, _command, { events }) => events.ErrandGiven({}) },
    ring: {
      schema: { dueAtMs: 'number|integer' },
      decide: (_state, command, { events }) => events.BellRung(command),
    },
  },
  snapshot: { everyEvents: 1 },
})

/** What is carried from one place to another. */
export const Parcel = defineActor('Parcel', {
  initialState: () => ({ stamps: 0, arrivals: 0 }),
  events: {
    ParcelSent: defineEvent({}),
    ParcelStamped: defineEvent({}),
    ParcelArrived: defineEvent({}),
  },
  evolve: {
    ParcelSent: (state) => state,
    ParcelStamped: (state) => ({ ...state, stamps: state.stamps + 1 }),
    ParcelArrived: (state) => ({ ...state, arrivals: state.arrivals + 1 }),
  },
  commands: {
    send: { schema: {}, decide: (_state, _command, { events }) => events.ParcelSent({}) },
    stamp: { schema: {}, decide: (_state, _command, { events }) => events.ParcelStamped({}) },
    arrive: { schema: {}, decide: (_state, _command, { events }) => events.ParcelArrived({}) },
  },
})

/** Halts at `carry`, whose first attempt fails, until an operator has it tried again. */
export const Carriage = defineSaga('Carriage', {
  from: [Parcel],
  startOn: 'ParcelSent',
  state: () => ({}),
  steps: ({ step }) => [
    step('stamp', { send: (_state, { send, sagaId }) => send(Parcel, sagaId, 'stamp', {}) }),
    step('carry', {
      call: (_state, { attempt }) => {
        if (attempt === 1) throw new Error('there is no carrier')
      },
      retry: { attemptsMax: 1, retriesAtOnce: 0 },
      whenExhausted: 'park',
    }),
    step('arrive', { send: (_state, { send, sagaId }) => send(Parcel, sagaId, 'arrive', {}) }),
  ],
})

/** Writes down every delivery. Some fail at first. */
export const noting = defineHandler('noting', {
  from: [Counter],
  partitions: 4,
  // No retry at once: then a kill costs at most one delivery that nobody wrote down.
  retry: { attemptsMax, retriesAtOnce: 0, delayMs: 5, delayMsMax: 10 },
  on: {
    Counted: ({ aggregateId, version }, { handler, attempt }) => {
      const fails = (Number(aggregateId) * 7 + version) % 11 === 0 && attempt < 2
      const outcome = fails ? 'failed' : 'handled'
      write({ handler, outcome, life, attempt, aggregateId, version })
      if (fails) throw new Error('not at the first attempt')
    },
  },
})

/** Refuses each errand until it is redriven, or for good. A deadly one ends its thread instead. */
export const running = defineHandler('running', {
  from: [Errand],
  partitions: 2,
  on: {
    ErrandGiven: ({ aggregateId }, { redrives }) => {
      const isDeadly = aggregateId.startsWith('deadly') && !isMainThread
      if (isDeadly && redrives === 0) process.exit()
      if (aggregateId.startsWith('discarded') || redrives === 0) throw new TerminalError('not now')
    },
  },
})

const app: AppDefinition = defineApp({
  actors: [Counter, Member, Person, Errand, Parcel],
  projectors: [Totals, People],
  handlers: [noting, running],
  sagas: [Carriage],
})

export default app
