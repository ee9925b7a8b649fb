/** A small app for runtimes with threads: it counts, and keeps a view of it. */

import {
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  rowType,
} from '../../../src/index.js'

export const Counter = defineActor('Counter', {
  initialState: () => ({ sum: 0 }),
  events: { Added: defineEvent({ n: 'number' }), Taken: defineEvent({ n: 'number' }) },
  evolve: {
    Added: (state, event) => ({ sum: state.sum + event.data.n }),
    Taken: (state, event) => ({ sum: state.sum - event.data.n }),
  },
  commands: {
    add: { schema: { n: 'number' }, decide: (_s, command, { events }) => events.Added(command) },
    take: {
      schema: { n: 'number' },
      decide: (state, command, { events, reject }) =>
        command.n > state.sum ? reject('TOO_MUCH') : events.Taken(command),
    },
  },
})

export const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ id: string; sum: number; events: number }>(),
  indexes: { bySum: (row) => [row.sum, row.id] },
  on: {
    Added: (event, view) =>
      view.upsert(event.aggregateId, (row) => ({
        id: event.aggregateId,
        sum: (row?.sum ?? 0) + event.data.n,
        events: (row?.events ?? 0) + 1,
      })),
    Taken: (event, view) =>
      view.update(event.aggregateId, (row) => ({
        ...row,
        sum: row.sum - event.data.n,
        events: row.events + 1,
      })),
  },
})

export const noted = defineHandler('noted', { from: [Counter], on: { Added: async () => {} } })

export default defineApp({ actors: [Counter], projectors: [Sums], handlers: [noted] })
