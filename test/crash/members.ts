/** The actors of the crash test of conditions: members with unique names, who hold seats of tables. */

import { type AppDefinition, defineActor, defineApp, defineEvent } from '../../src/index.js'

export const names: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
export const members: readonly string[] = ['1', '2', '3', '4', '5']
export const tables: readonly string[] = ['t1', 't2', 't3', 't4']
export const seats = 3

const named = { name: 'string' } as const
const seated = { table: 'string' } as const

export const Member = defineActor('Member', {
  initialState: () => ({ name: null as string | null, swaps: 0 }),
  events: {
    MemberNamed: defineEvent(named),
    SeatTaken: defineEvent(seated, { tags: ({ table }) => [`table:${table}`] }),
    SwapNoted: defineEvent({ swap: 'string' }),
  },
  evolve: {
    MemberNamed: (state, event) => ({ ...state, name: event.data.name }),
    SeatTaken: (state) => state,
    SwapNoted: (state) => ({ ...state, swaps: state.swaps + 1 }),
  },
  commands: {
    name: {
      schema: named,
      decide: (_state, command, { events }) => events.MemberNamed(command),
    },
    noteSwap: {
      schema: { swap: 'string' },
      decide: (_state, command, { events }) => events.SwapNoted(command),
    },
  },
  unique: { name: (state) => state.name },
  snapshot: { everyEvents: 7 },
})

export const memberApp: AppDefinition = defineApp({ actors: [Member] })
