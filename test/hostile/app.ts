/**
 * An app whose functions do what the test that is running says: they return, and throw, anything.
 */

import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  defineSaga,
  rowType,
} from '../../src/index.js'

/** What the functions below return. */
export const hostile: {
  decided: () => unknown
  evolved: () => unknown
  prepared: () => unknown
} = {
  decided: () => null,
  evolved: () => null,
  prepared: () => null,
}

interface KeptState {
  readonly values: number
}

export const Keeper = defineActor('Keeper', {
  initialState: (): KeptState => ({ values: 0 }),
  events: {
    Kept: defineEvent({ value: 'any' }),
    Evolved: defineEvent({}),
    Counted: defineEvent({ n: 'number' }),
  },
  evolve: {
    Kept: ({ values }) => ({ values: values + 1 }),
    Evolved: () => hostile.evolved() as KeptState,
    Counted: ({ values }) => ({ values: values + 1 }),
  },
  commands: {
    keep: {
      schema: { value: 'any' },
      decide: (_state, { value }, { events }) => events.Kept({ value }),
    },
    decide: { schema: {}, decide: () => hostile.decided() as never },
    prepare: {
      schema: { value: 'any' },
      prepare: async () => hostile.prepared() as never,
      decide: (_state, { value }, { events }) => events.Kept({ value }),
    },
    evolve: { schema: {}, decide: (_state, _command, { events }) => events.Evolved({}) },
    count: {
      schema: { times: 'number' },
      decide: (_state, { times }, { events }) =>
        Array.from({ length: times }, (_each, n) => events.Counted({ n })),
    },
  },
  snapshot: { everyEvents: 2 },
})

export const Rows = defineProjector('Rows', {
  version: 1,
  from: [Keeper],
  row: rowType<{ readonly values: number }>(),
  indexes: { byValues: (row) => [row.values] },
  on: {
    Counted: ({ aggregateId }, view) =>
      view.upsert(aggregateId, (row = { values: 0 }) => ({ values: row.values + 1 })),
  },
})

export const counting = defineHandler('counting', { from: [Keeper], on: { Counted: () => {} } })

export const Watching = defineSaga('Watching', {
  from: [Keeper],
  // Never recorded, so that nothing but the values under test is.
  startOn: 'Evolved',
  state: () => ({ seen: 0 }),
  on: { Evolved: (_state, _event, { complete }) => complete() },
  messages: { tell: (_state, _data, { complete }) => complete() },
})

export const app: AppDefinition = defineApp({
  actors: [Keeper],
  projectors: [Rows],
  handlers: [counting],
  sagas: [Watching],
})
