/** A small app whose events have tags and whose actors have claims. */

import { type AppDefinition, defineActor, defineApp, defineEvent } from '../../src/index.js'

const joined = { email: 'string', course: 'string' } as const

export const Member = defineActor('Member', {
  initialState: () => ({ email: null as string | null }),
  events: {
    Joined: defineEvent(joined, { tags: ({ course }) => [`course:${course}`, 'members'] }),
  },
  evolve: { Joined: (_state, event) => ({ email: event.data.email }) },
  commands: {
    join: { schema: joined, decide: (_state, command, { events }) => events.Joined(command) },
  },
  unique: { email: (state) => state.email },
})

export const memberApp: AppDefinition = defineApp({ actors: [Member] })
