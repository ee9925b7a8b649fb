/** Counts, and a handler that copies one to another when its event was delivered twice. */

import { defineActor, defineApp, defineEvent, defineHandler } from '../../../src/index.js'

export const Count = defineActor('Count', {
  initialState: () => ({ n: 0 }),
  events: { Added: defineEvent({}) },
  evolve: { Added: (state) => ({ n: state.n + 1 }) },
  commands: { add: { schema: {}, decide: (_state, _command, { events }) => events.Added({}) } },
})

export const copying = defineHandler('copying', {
  from: [Count],
  on: {
    Added: async (event, { send, attempt }) => {
      if (event.aggregateId !== 'a') return
      await send(Count, 'copy', 'add', {})
      if (attempt > 1) return
      // More than the copy remembers.
      for (let at = 0; at < 3; at++) await send(Count, 'copy', 'add', {})
      throw new Error('not yet')
    },
  },
})

export default defineApp({ actors: [Count], handlers: [copying] })
