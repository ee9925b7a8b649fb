/**
 * Bookings for tests of timers, and a runtime on a manual clock to schedule their commands in.
 */

import type { TestContext } from 'node:test'
import { ManualClock } from '../../../src/base/manual-clock.js'
import {
  defineActor,
  defineApp,
  defineEvent,
  type HandlerDefinition,
  openRuntime,
  type RecordedEvent,
  type Runtime,
} from '../../../src/index.js'
import { onEnd } from '../../support/scope.js'

/** Can be made once and cancelled once; counts reminders, which are never refused. */
export const Booking = defineActor('Booking', {
  initialState: () => ({ status: 'none', reminders: 0 }),
  events: {
    Booked: defineEvent({ at: 'date' }),
    Cancelled: defineEvent({ reason: 'string' }),
    Reminded: defineEvent({ text: 'string' }),
  },
  evolve: {
    Booked: (state) => ({ ...state, status: 'booked' }),
    Cancelled: (state) => ({ ...state, status: 'cancelled' }),
    Reminded: (state) => ({ ...state, reminders: state.reminders + 1 }),
  },
  commands: {
    book: {
      schema: { at: 'date' },
      decide: (_state, command, { events }) => events.Booked(command),
    },
    cancel: {
      schema: { reason: 'string' },
      decide: (state, command, { events, reject }) =>
        state.status === 'booked' ? events.Cancelled(command) : reject('NOT_BOOKED'),
    },
    remind: {
      schema: { text: 'string' },
      decide: (_state, command, { events }) => events.Reminded(command),
    },
  },
})

/** A runtime on a clock of the test's, in memory or in a directory. Closed with the test. */
export async function openBookings(
  t: TestContext,
  {
    clock = new ManualClock(),
    dataDir,
    handlers = [],
  }: {
    readonly clock?: ManualClock
    readonly dataDir?: string
    readonly handlers?: readonly HandlerDefinition[]
  } = {},
): Promise<{ readonly runtime: Runtime; readonly clock: ManualClock }> {
  const runtime = await openRuntime({
    app: defineApp({ actors: [Booking], handlers }),
    ...(dataDir === undefined ? {} : { dataDir }),
    clock,
  })
  onEnd(t, () => runtime.close())
  return { runtime, clock }
}

/** The recorded events of a booking. */
export async function eventsOf(runtime: Runtime, id: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of runtime.actor(Booking, id).events()) events.push(event)
  return events
}
