/** One reaction at a time, without a runtime: what an instance decides when a payment comes. */

import type { ReactionTools } from '../../src/define/saga/effects.js'
import { type AnySaga, defineSaga, type Effects } from '../../src/define/saga/saga.js'
import { type Decided, Decisions } from './decisions.js'
import { Account, Trip } from './travel.js'

export interface State {
  readonly cents: number
}
export type Tools = ReactionTools<State>
export type React = (tools: Tools, state: State) => Effects<State>

/** Reacts to a payment. */
export function paying(react: React): AnySaga {
  return defineSaga('Booking', {
    from: [Trip],
    startOn: 'TripAsked',
    state: ({ data }): State => ({ cents: data.cents }),
    on: {
      TripAsked: () => [],
      TripPaid: (state, _event, tools) => react(tools, state),
    },
    messages: { late: () => [] },
  })
}

/** What an instance decides at a payment. */
export function decide(react: React): {
  readonly decisions: Decisions
  readonly decided: Decided[]
} {
  const decisions = new Decisions(paying(react)).start({ cents: 100 })
  decisions.nowMs = 5_000
  const decided = decisions.receive(decisions.event('TripPaid', { cents: 1 }))
  return { decisions, decided: decided.filter(({ name }) => name !== 'Received') }
}

export const charge = ({ send, sagaId }: Tools, cents = 1) =>
  send(Account, sagaId, 'charge', { cents })
export const late = ({ message }: Tools, data?: unknown) => message('late', data)
