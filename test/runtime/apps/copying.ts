/**
 * Counts, and a handler that adds to the one called `copy`, more often than that remembers.
 *
 * A first delivery of `fails` fails, one of `exit` ends its thread.
 */

import { defineActor, defineApp, defineEvent, defineHandler } from '../../../src/index.js'

export const Count = defineActor('Count', {
  initialState: () => ({ n: 0 }),
  events: { Added: defineEvent({}) },
  evolve: { Added: (state) => ({ n: state.n + 1 }) },
  commands: { add: { schema: {}, decide: (_state, _command, { events }) => events.Added({}) } },
})

export const copying = defineHandler('copying', {
  from: [Count],
  partitions: 1,
  on: {
    Added: async ({ aggregateId }, { send, attempt }) => {
      if (aggregateId === 'exit' && attempt === 1) process.exit(3)
      if (aggregateId !== 'fails' && aggregateId !== 'works') return
      for (let at = 0; at < 4; at++) await send(Count, 'copy', 'add', {})
      if (aggregateId === 'fails' && attempt === 1) throw new Error('not yet')
    },
  },
})

export default defineApp({ actors: [Count], handlers: [copying] })
