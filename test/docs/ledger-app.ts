/**
 * A small app that leaves something in every table of a data directory.
 */

import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  rowType,
  TerminalError,
} from '../../src/index.js'

const line = { text: 'string', cents: 'number|optional' } as const

export const Ledger = defineActor('Ledger', {
  initialState: () => ({ lines: 0 }),
  events: { LineWritten: defineEvent(line) },
  evolve: { LineWritten: (state) => ({ lines: state.lines + 1 }) },
  commands: {
    write: {
      schema: line,
      decide: (_state, command, { events }) => events.LineWritten(command),
    },
  },
  snapshot: { everyEvents: 2, version: 5 },
})

const Lines = defineProjector('Lines', {
  version: 3,
  from: [Ledger],
  row: rowType<{ readonly last: string; readonly count: number }>(),
  indexes: { byCount: (row) => [row.count, null] },
  on: {
    LineWritten: (event, view) => {
      view.upsert(event.aggregateId, (row) => ({
        last: event.data.text,
        count: (row?.count ?? 0) + 1,
      }))
    },
  },
})

const copy = defineHandler('copy', {
  from: [Ledger],
  partitions: 2,
  on: {
    LineWritten: (event) => {
      if (event.data.text === 'refuse') throw new TerminalError('refused')
    },
  },
})

export const ledgerApp: AppDefinition = defineApp({
  actors: [Ledger],
  projectors: [Lines],
  handlers: [copy],
})
