/**
 * What the crash tests run: counters, and views of them that show it when an event is missing or
 * counted twice.
 *
 * Each event says which part of its command it is and on which state it was decided, so that the log
 * alone tells whether a command was torn and whether an actor came back with another state.
 */

import { defineActor, defineEvent, defineProjector, rowType } from '../../src/index.js'

export interface CounterState {
  readonly events: number
  readonly sum: number
}

export const Counter = defineActor('Counter', {
  initialState: (): CounterState => ({ events: 0, sum: 0 }),
  events: {
    Counted: defineEvent({
      amount: 'number|integer',
      part: 'number|integer',
      parts: 'number|integer',
      eventsBefore: 'number|integer',
      sumBefore: 'number|integer',
    }),
  },
  evolve: {
    Counted: (state, { data }) => ({ events: state.events + 1, sum: state.sum + data.amount }),
  },
  commands: {
    count: {
      schema: { amount: 'number|integer', parts: 'number|integer' },
      decide: ({ events: eventsBefore, sum: sumBefore }, { amount, parts }, { events }) =>
        Array.from({ length: parts }, (_each, at) =>
          events.Counted({ amount, part: at + 1, parts, eventsBefore, sumBefore }),
        ),
    },
  },
  snapshot: { everyEvents: 16 },
})

/** The payload of the counter's only event. */
export interface Counted {
  readonly amount: number
  readonly part: number
  readonly parts: number
  readonly eventsBefore: number
  readonly sumBefore: number
}

/** A row that shows every way in which an event can be applied wrongly. */
export interface TotalRow {
  readonly events: number
  readonly sum: number
  readonly lastVersion: number
  /** Events that did not follow the one before. */
  readonly leaps: number
}

const noTotal: TotalRow = { events: 0, sum: 0, lastVersion: 0, leaps: 0 }

export const Totals = defineProjector('Totals', {
  version: 1,
  from: [Counter],
  row: rowType<TotalRow>(),
  indexes: {
    bySum: (row) => [row.sum],
    odd: (row) => (row.events % 2 === 1 ? [row.events] : null),
  },
  on: {
    Counted: (event, view) => {
      view.upsert(event.aggregateId, (row = noTotal) => ({
        events: row.events + 1,
        sum: row.sum + event.data.amount,
        lastVersion: event.version,
        leaps: row.leaps + (event.version === row.lastVersion + 1 ? 0 : 1),
      }))
    },
  },
})

/** A few rows that every event wants, added and removed again and again. */
export const Newest = defineProjector('Newest', {
  version: 1,
  from: [Counter],
  row: rowType<{ readonly position: number }>(),
  indexes: { byPosition: (row) => [row.position] },
  on: {
    Counted: ({ position }, view) => {
      view.put(`${position}`, { position })
      view.remove(`${position - newestKept}`)
    },
  },
})

/** How many rows {@link Newest} keeps. */
export const newestKept = 50
