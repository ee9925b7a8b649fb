/** An app for the benchmark of sagas: a job is five units of work, each booked by another actor. */

import { type AppDefinition, defineActor, defineApp, defineEvent, defineSaga } from 'dramatis'

export const Job = defineActor('Job', {
  initialState: (): { readonly asked: boolean } => ({ asked: false }),
  events: { JobAsked: defineEvent({ units: 'number' }) },
  evolve: { JobAsked: () => ({ asked: true }) },
  commands: {
    ask: {
      schema: { units: 'number' },
      decide: (_state, command, { events }) => events.JobAsked(command),
    },
  },
})

export const Desk = defineActor('Desk', {
  initialState: (): { readonly units: number } => ({ units: 0 }),
  events: { UnitsBooked: defineEvent({ job: 'string', units: 'number' }) },
  evolve: { UnitsBooked: (state, { data }) => ({ units: state.units + data.units }) },
  commands: {
    book: {
      schema: { job: 'string', units: 'number' },
      decide: (_state, command, { events }) => events.UnitsBooked(command),
    },
  },
})

export const Alarm = defineActor('Alarm', {
  initialState: (): { readonly rung: number } => ({ rung: 0 }),
  events: { AlarmRung: defineEvent({}) },
  evolve: { AlarmRung: (state) => ({ rung: state.rung + 1 }) },
  commands: {
    ring: { schema: {}, decide: (_state, _command, { events }) => events.AlarmRung({}) },
  },
})

const desks = 1_000

interface WorkState {
  readonly units: number
  readonly desk: number
}

export const Work = defineSaga('Work', {
  from: [Job],
  startOn: 'JobAsked',
  state: ({ aggregateId, data }): WorkState => ({
    units: data.units,
    desk: Number(aggregateId) % desks,
  }),
  steps: ({ step }) =>
    ['first', 'second', 'third', 'fourth', 'fifth'].map((name, at) =>
      step(name, {
        send: ({ units, desk }, { send, sagaId }) =>
          send(Desk, `${(desk + at * 97) % desks}`, 'book', { job: sagaId, units }),
        compensate: {
          send: ({ units, desk }, { send, sagaId }) =>
            send(Desk, `${(desk + at * 97) % desks}`, 'book', { job: sagaId, units: -units }),
        },
      }),
    ),
})

const app: AppDefinition = defineApp({ actors: [Job, Desk, Alarm], sagas: [Work] })

export default app
