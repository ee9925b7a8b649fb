/** An actor that counts, for processes that are killed while they count. */

import { type AppDefinition, defineActor, defineApp, defineEvent } from '../../src/index.js'

export const Tally = defineActor('Tally', {
  initialState: () => ({ sum: 0 }),
  events: { Counted: defineEvent({ by: 'number' }) },
  evolve: { Counted: (state, event) => ({ sum: state.sum + event.data.by }) },
  commands: {
    count: {
      schema: { by: 'number' },
      decide: (_state, command, { events }) => events.Counted(command),
    },
  },
})

export const tallyApp: AppDefinition = defineApp({ actors: [Tally] })
