/** Timers that handlers set and cancel, on the host's thread and on others. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { openRuntime, type Runtime } from '../../../src/index.js'
import { TemporaryDirectory } from '../../store/temporary.js'
import { quickAfterMs, remindAfterMs, reminders } from './apps/reminders.js'
import { Booking, eventsOf, openBookings } from './bookings.js'
import { TimerWatch } from './watching.js'

/** Until the handler is done with everything that is recorded. */
async function settled(runtime: Runtime): Promise<void> {
  await runtime.caughtUp(runtime.log.head, { handler: reminders })
}

test('a handler sets a timer that counts from its event, and a repeated delivery sets it again', async (t) => {
  const { runtime, clock } = await openBookings(t, { handlers: [reminders] })
  const watch = new TimerWatch(t)
  const receipt = await runtime.actor(Booking, '1').send('book', { at: new Date(0) })
  const first = await watch.heard('scheduled', 'remind-1')
  await settled(runtime)

  clock.advance(1_000)
  const second = await watch.heard('scheduled', 'remind-1', 2)

  const [booked] = receipt.events
  const timer = await runtime.timers.get('remind-1')
  assert.equal(first.id, second.id)
  assert.equal(timer!.dueAt.getTime(), booked!.recordedAt.getTime() + remindAfterMs)
  assert.equal(timer!.command, 'remind')
  clock.advance(remindAfterMs)
  await watch.heard('fired', 'remind-1')
  const [, reminded] = await eventsOf(runtime, '1')
  const { causationId, correlationId } = reminded!.metadata
  assert.equal(causationId, booked!.id)
  assert.equal(correlationId, booked!.metadata.correlationId)
})

test('a delivery that is repeated after its timer has fired has no second effect', async (t) => {
  const { runtime, clock } = await openBookings(t, { handlers: [reminders] })
  const watch = new TimerWatch(t)
  const booking = runtime.actor(Booking, 'quick')
  await booking.send('book', { at: new Date(0) })
  await watch.heard('scheduled', 'remind-quick')
  await settled(runtime)

  clock.advance(quickAfterMs)
  await watch.heard('fired', 'remind-quick')
  clock.advance(1_000)
  await watch.heard('fired', 'remind-quick', 2)

  assert.equal((await booking.state()).reminders, 1)
})

test('a handler cancels the timer that another event had it set', async (t) => {
  const { runtime, clock } = await openBookings(t, { handlers: [reminders] })
  const watch = new TimerWatch(t)
  const booking = runtime.actor(Booking, '1')
  await booking.send('book', { at: new Date(0) })
  await watch.heard('scheduled', 'remind-1')
  await settled(runtime)
  clock.advance(1_000)
  await watch.heard('scheduled', 'remind-1', 2)

  await booking.send('cancel', { reason: 'changed my mind' })
  await watch.heard('cancelled', 'remind-1')
  clock.advance(remindAfterMs)

  assert.equal((await booking.state()).reminders, 0)
  assert.equal(await runtime.timers.get('remind-1'), undefined)
})

test('what a handler cannot schedule fails its delivery with the code that a host gets', async (t) => {
  const { runtime } = await openBookings(t, { handlers: [reminders] })
  await runtime.actor(Booking, '1').send('remind', { text: 'break' })

  await settled(runtime)

  assert.equal(runtime.status().handlers[0]!.retryingKeys, 1)
  assert.equal(runtime.status().timers.pending, 0)
})

test('handlers set and cancel timers from other threads', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  const watch = new TimerWatch(t)
  const app = new URL('./apps/reminders.js', import.meta.url)
  const runtime = directory.closing(
    await openRuntime({ app, dataDir: directory.path, workers: 1, clock }),
  )
  const booking = runtime.actor(Booking, '1')
  await booking.send('book', { at: new Date(0) })
  const { id } = await watch.heard('scheduled', 'remind-1')
  await settled(runtime)
  assert.equal(id, 'Booking-1@1:reminders:timer:1')

  clock.advance(1_000)
  await watch.heard('scheduled', 'remind-1', 2)
  await settled(runtime)
  await booking.send('cancel', { reason: 'changed my mind' })

  await watch.heard('cancelled', 'remind-1')
  assert.equal(await runtime.timers.get('remind-1'), undefined)
})
