/** An actor with claims: customers with one e-mail address each, and any number of phones. */

import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'

export interface CustomerState {
  readonly email: string | null
  readonly phones: readonly string[]
}

const email = { email: 'string' } as const
const phones = { phones: { type: 'array', items: 'string' } } as const

export const Customer = defineActor('Customer', {
  initialState: (): CustomerState => ({ email: null, phones: [] }),
  events: {
    EmailChanged: defineEvent(email),
    PhonesChanged: defineEvent(phones),
    Left: defineEvent({}),
  },
  evolve: {
    EmailChanged: (state, event) => ({ ...state, email: event.data.email }),
    PhonesChanged: (state, event) => ({ ...state, phones: event.data.phones }),
    Left: () => ({ email: null, phones: [] }),
  },
  commands: {
    changeEmail: {
      schema: email,
      decide: (state, command, { events }) =>
        state.email === command.email ? [] : events.EmailChanged(command),
    },
    changePhones: {
      schema: phones,
      decide: (_state, command, { events }) => events.PhonesChanged(command),
    },
    leave: { schema: {}, decide: (_state, _command, { events }) => events.Left({}) },
  },
  unique: {
    email: (state) => state.email?.toLowerCase() ?? null,
    phone: (state) => state.phones,
  },
  snapshot: { everyEvents: 3 },
})
