/**
 * The smallest actor that does real work: one command, one event, a state that grows.
 */

import { type AppDefinition, defineActor, defineApp, defineEvent } from 'dramatis'

const amount = { amountCents: 'number|integer|min:0', note: 'string|max:200' } as const

export const Counter = defineActor('Counter', {
  initialState: () => ({ count: 0, totalCents: 0 }),
  events: { Added: defineEvent(amount) },
  evolve: {
    Added: (state, { data }) => ({
      count: state.count + 1,
      totalCents: state.totalCents + data.amountCents,
    }),
  },
  commands: {
    add: { schema: amount, decide: (_state, command, { events }) => events.Added(command) },
  },
})

const app: AppDefinition = defineApp({ actors: [Counter] })

export default app
