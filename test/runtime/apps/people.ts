/**
 * People who register and introduce their friends: events about one subject and about two, a view and
 * snapshots that hold what is personal, and a handler that refuses whoever is not forgotten.
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
} from '../../../src/index.js'

interface PersonState {
  readonly name: string
  readonly email: string | null
  readonly friends: readonly string[]
  readonly touches: number
}

const registered = { name: 'string', email: 'string|nullable', country: 'string' } as const
const introduced = { friendId: 'string', friendName: 'string', note: 'string' } as const

export const Person = defineActor('Person', {
  initialState: (): PersonState => ({ name: '', email: null, friends: [], touches: 0 }),
  events: {
    Registered: defineEvent(registered, {
      personal: {
        name: (_data, { aggregateId }) => aggregateId,
        email: { subject: (_data, { aggregateId }) => aggregateId, forgotten: null },
      },
    }),
    Introduced: defineEvent(introduced, {
      personal: {
        friendName: (data) => data.friendId,
        note: (_data, { aggregateId }) => aggregateId,
      },
    }),
    Touched: defineEvent({}),
  },
  evolve: {
    Registered: (state, { data }) => ({ ...state, name: data.name, email: data.email }),
    Introduced: (state, { data }) => ({ ...state, friends: [...state.friends, data.friendName] }),
    Touched: (state) => ({ ...state, touches: state.touches + 1 }),
  },
  commands: {
    register: {
      schema: registered,
      decide: (_state, command, { events }) => events.Registered(command),
    },
    introduce: {
      schema: introduced,
      decide: (_state, command, { events }) => events.Introduced(command),
    },
    touch: { schema: {}, decide: (_state, _command, { events }) => events.Touched({}) },
    /** Registers once more, with what the actor knows. */
    repeat: {
      schema: {},
      decide: ({ name, email }, _command, { events }) =>
        events.Registered({ name, email, country: 'again' }),
    },
  },
  snapshot: { everyEvents: 2 },
})

/** What the handler saw, in events of which nothing is personal. */
export const Journal = defineActor('Journal', {
  initialState: (): readonly string[] => [],
  events: { Noted: defineEvent({ text: 'string' }) },
  evolve: { Noted: (state, { data }) => [...state, data.text] },
  commands: {
    note: {
      schema: { text: 'string' },
      decide: (_state, command, { events }) => events.Noted(command),
    },
  },
  snapshot: { everyEvents: 1 },
})

export interface PersonRow {
  readonly name: string
  readonly email: string | null
  readonly friends: readonly string[]
}

export const People = defineProjector('People', {
  version: 1,
  from: [Person],
  row: rowType<PersonRow>(),
  indexes: { byName: (row) => [row.name] },
  on: {
    Registered: ({ aggregateId, data }, view) =>
      view.put(aggregateId, { name: data.name, email: data.email, friends: [] }),
    Introduced: ({ aggregateId, data }, view) =>
      view.update(aggregateId, (row) => ({ ...row, friends: [...row.friends, data.friendName] })),
  },
})

/** Holds nothing personal. */
export const Touches = defineProjector('Touches', {
  version: 1,
  from: [Person],
  row: rowType<{ readonly touches: number }>(),
  on: { Touched: ({ version, aggregateId }, view) => view.put(aggregateId, { touches: version }) },
})

export const mailer = defineHandler('mailer', {
  from: [Person],
  on: {
    Registered: async ({ data, forgotten }, { send }) => {
      if (forgotten === undefined) throw new TerminalError('not forgotten')
      const text = `${data.name} ${data.email} ${forgotten.join()}`
      await send(Journal, 'mailer', 'note', { text })
    },
  },
})

export const app: AppDefinition = defineApp({
  actors: [Person, Journal],
  projectors: [People, Touches],
  handlers: [mailer],
})
