/** Timers in a directory: what is left of them when the runtime is closed and opened again. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { TemporaryDirectory } from '../../store/temporary.js'
import { Booking, eventsOf, openBookings } from './bookings.js'
import { TimerWatch } from './watching.js'

const hourMs = 3_600_000

test('timers that fell due while the runtime was closed fire when it opens, in the order of their times', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  const before = await openBookings(t, { clock, dataDir })
  const { runtime } = before
  for (const [name, afterMs] of [
    ['c', 300],
    ['a', 100],
    ['b', 200],
    ['later', 9 * hourMs],
  ] as const) {
    const command = runtime.actor(Booking, '1').command('remind', { text: name })
    await runtime.schedule(name, command, { afterMs })
  }
  await runtime.close()
  clock.advance(hourMs)

  const watch = new TimerWatch(t)
  const reopened = await openBookings(t, { clock, dataDir })
  const { lateMs } = await watch.heard('fired', 'c')

  const texts = (await eventsOf(reopened.runtime, '1')).map((event) => event.data)
  assert.deepEqual(texts, [{ text: 'a' }, { text: 'b' }, { text: 'c' }])
  assert.equal(lateMs, hourMs - 300)
  assert.equal(reopened.runtime.status().timers.pending, 1)
  clock.advance(8 * hourMs)
  await watch.heard('fired', 'later')
})

test('a timer that fired does not fire again when the runtime opens again', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  const watch = new TimerWatch(t)
  const { runtime } = await openBookings(t, { clock, dataDir })
  const command = runtime.actor(Booking, '1').command('remind', { text: 'once' })
  await runtime.schedule('once', command, { afterMs: 100 })
  clock.advance(100)
  await watch.heard('fired', 'once')
  await runtime.close()
  clock.advance(hourMs)

  const reopened = await openBookings(t, { clock, dataDir })

  assert.equal(reopened.runtime.status().timers.pending, 0)
  assert.equal((await eventsOf(reopened.runtime, '1')).length, 1)
})
