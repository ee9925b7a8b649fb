/**
 * An app whose handler schedules: a reminder a while after each booking, and none once it is cancelled.
 *
 * On threads too, so it decides by the event alone. Its first delivery of a booking fails after it has
 * scheduled.
 */

import { defineApp, defineHandler } from '../../../../src/index.js'
import { Booking } from '../bookings.js'

export const remindAfterMs = 60_000
/** For the booking `quick`: before its delivery is repeated. */
export const quickAfterMs = 400

export const reminders = defineHandler('reminders', {
  from: [Booking],
  partitions: 1,
  retry: { retriesAtOnce: 0, delayMs: 1_000 },
  on: {
    Booked: async ({ aggregateId }, { schedule, attempt }) => {
      const text = `remember ${aggregateId}`
      const time = { afterMs: aggregateId === 'quick' ? quickAfterMs : remindAfterMs }
      await schedule(`remind-${aggregateId}`, Booking, aggregateId, 'remind', { text }, time)
      if (attempt === 1) throw new Error('the first delivery fails at its end')
    },
    Cancelled: async ({ aggregateId }, { cancelTimer }) => {
      await cancelTimer(`remind-${aggregateId}`)
    },
    Reminded: async ({ aggregateId, data }, { schedule }) => {
      if (data.text !== 'break') return
      // Not what the compiler lets through: a name of an actor is checked at run time.
      await schedule('broken', 'Booking', aggregateId, 'remind', { text: 7 }, { afterMs: 0 })
    },
  },
})

export default defineApp({ actors: [Booking], handlers: [reminders] })
