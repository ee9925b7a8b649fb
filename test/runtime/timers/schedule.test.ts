/** Scheduling commands with `runtime.schedule`, and looking at what is scheduled. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ScheduleOptions } from '../../../src/index.js'
import { Booking, eventsOf, openBookings } from './bookings.js'
import { TimerWatch } from './watching.js'

const hourMs = 3_600_000

describe('a scheduled command', () => {
  test('is sent when its time has come, and not before', async (t) => {
    const { runtime, clock } = await openBookings(t)
    const watch = new TimerWatch(t)
    const booking = runtime.actor(Booking, '1')
    await booking.send('book', { at: new Date() })
    await runtime.schedule('cancel-1', booking.command('cancel', { reason: 'unpaid' }), {
      afterMs: hourMs,
    })

    clock.advance(hourMs - 1)
    assert.equal((await booking.state()).status, 'booked')
    clock.advance(1)
    await watch.heard('fired', 'cancel-1')

    assert.equal((await booking.state()).status, 'cancelled')
    assert.equal(await runtime.timers.get('cancel-1'), undefined)
  })

  test('keeps values of every kind on its way', async (t) => {
    const { runtime } = await openBookings(t)
    const watch = new TimerWatch(t)
    const at = new Date('2026-05-01T10:00:00Z')

    await runtime.schedule('book-1', runtime.actor(Booking, '1').command('book', { at }), {
      at: new Date(0),
    })
    await watch.heard('fired', 'book-1')

    const [event] = await eventsOf(runtime, '1')
    assert.deepEqual(event!.data, { at })
  })

  test('says where it comes from in the metadata of its events', async (t) => {
    const { runtime } = await openBookings(t)
    const watch = new TimerWatch(t)
    const command = runtime.actor(Booking, '1').command('remind', { text: 'soon' })
    const who = { correlationId: 'request-7', userId: 'ada' }

    await runtime.schedule('own', command, { afterMs: 0, ...who })
    await runtime.schedule('plain', command, { afterMs: 0 })
    const { id } = await watch.heard('fired', 'own')
    const plain = await watch.heard('fired', 'plain')

    const metadata = (await eventsOf(runtime, '1')).map((event) => ({ ...event.metadata }))
    for (const each of metadata) delete (each as { commandHash?: unknown }).commandHash
    assert.deepEqual(metadata, [
      { commandId: `timer:own:${id}:1`, causationId: id, ...who },
      { commandId: `timer:plain:${plain.id}:1`, causationId: plain.id, correlationId: plain.id },
    ])
  })

  test('that the domain refuses is done, which is told and counted', async (t) => {
    const { runtime } = await openBookings(t)
    const watch = new TimerWatch(t)
    const command = runtime.actor(Booking, '1').command('cancel', { reason: 'unpaid' })

    await runtime.schedule('cancel-1', command, { afterMs: 0 })
    const { reason } = await watch.heard('rejected', 'cancel-1')

    assert.equal(reason, 'NOT_BOOKED')
    assert.equal(await runtime.timers.get('cancel-1'), undefined)
    const { fired, rejected, failed, pending } = runtime.status().timers
    assert.deepEqual(
      { fired, rejected, failed, pending },
      { ...{ fired: 1, rejected: 1 }, ...{ failed: 0, pending: 0 } },
    )
  })

  test('that fails otherwise stays visible and is tried again', async (t) => {
    const { runtime, clock } = await openBookings(t)
    const watch = new TimerWatch(t)
    const booking = runtime.actor(Booking, '1')
    await runtime.schedule('late', booking.command('remind', { text: 'x' }), { afterMs: 100 })
    await booking.deleteStream()

    clock.advance(100)
    const { retryMs } = await watch.heard('failed', 'late')
    const timer = await runtime.timers.get('late')

    assert.equal(retryMs, 100)
    assert.equal(timer!.failures, 1)
    assert.equal(timer!.error!.code, 'DRAMATIS_STREAM_ENDED')
    assert.equal(timer!.isLate, true)
    assert.equal(timer!.nextTryAt.getTime() - timer!.dueAt.getTime(), 100)
    assert.equal(runtime.status().timers.failing, 1)
    clock.advance(100)
    await watch.heard('failed', 'late', 2)
  })

  test('repeats at its interval until it is cancelled', async (t) => {
    const { runtime, clock } = await openBookings(t)
    const watch = new TimerWatch(t)
    const booking = runtime.actor(Booking, '1')
    const command = booking.command('remind', { text: 'again' })
    await runtime.schedule('daily', command, { afterMs: hourMs, everyMs: 24 * hourMs })

    clock.advance(hourMs)
    await watch.heard('fired', 'daily')
    clock.advance(24 * hourMs)
    await watch.heard('fired', 'daily', 2)
    assert.equal(await runtime.timers.cancel('daily'), true)
    clock.advance(48 * hourMs)

    assert.equal((await booking.state()).reminders, 2)
    assert.equal(await runtime.timers.cancel('daily'), false)
    assert.deepEqual(
      watch.messages.map(({ action, occurrence }) => [action, occurrence]),
      [
        ['scheduled', 1],
        ['fired', 1],
        ['fired', 2],
        ['cancelled', 3],
      ],
    )
  })

  test('is replaced by the next one of its name', async (t) => {
    const { runtime, clock } = await openBookings(t)
    const watch = new TimerWatch(t)
    const booking = runtime.actor(Booking, '1')
    await runtime.schedule('r', booking.command('remind', { text: 'first' }), { afterMs: 1_000 })
    await runtime.schedule('r', booking.command('remind', { text: 'second' }), { afterMs: 2_000 })

    clock.advance(1_000)
    assert.equal((await booking.state()).reminders, 0)
    clock.advance(1_000)
    await watch.heard('fired', 'r')

    assert.deepEqual(
      (await eventsOf(runtime, '1')).map((event) => event.data),
      [{ text: 'second' }],
    )
  })
})

const wrongTimes: Readonly<Record<string, ScheduleOptions>> = {
  'no time': {},
  'two times': { at: new Date(), afterMs: 1 },
  'a negative delay': { afterMs: -1 },
  'half a millisecond': { afterMs: 0.5 },
  'a delay of centuries': { afterMs: 1e14 },
  'a time in centuries': { at: new Date(8e15) },
  'no valid date': { at: new Date(Number.NaN) },
  'an interval shorter than can be kept': { afterMs: 0, everyMs: 99 },
  'an unknown option': { afterMs: 0, every: 1 } as ScheduleOptions,
  'an empty correlationId': { afterMs: 0, correlationId: '' },
}

describe('scheduling refuses', () => {
  for (const [what, options] of Object.entries(wrongTimes)) {
    test(what, async (t) => {
      const { runtime } = await openBookings(t)
      const command = runtime.actor(Booking, '1').command('remind', { text: 'x' })

      await assert.rejects(runtime.schedule('x', command, options), {
        code: 'DRAMATIS_INVALID_ARGUMENT',
      })

      assert.equal(runtime.status().timers.pending, 0)
    })
  }

  for (const name of ['', 'n'.repeat(201), 'a\0b', '\ud800', 7 as never]) {
    test(`the name ${JSON.stringify(name)?.slice(0, 12)}`, async (t) => {
      const { runtime } = await openBookings(t)
      const command = runtime.actor(Booking, '1').command('remind', { text: 'x' })

      await assert.rejects(runtime.schedule(name, command, { afterMs: 0 }), {
        code: 'DRAMATIS_INVALID_ARGUMENT',
      })
      await assert.rejects(runtime.timers.cancel(name), { code: 'DRAMATIS_INVALID_ARGUMENT' })
    })
  }

  test('a command that its actor would not take, before anything is written', async (t) => {
    const { runtime } = await openBookings(t)
    const good = { actor: Booking, aggregateId: '1', command: 'remind', payload: { text: 'x' } }
    const codes = await Promise.all(
      [
        { ...good, actor: 'Nobody' },
        { ...good, command: 'sing' },
        { ...good, payload: { text: 7 } },
        { ...good, payload: { text: () => 1 } },
        { ...good, aggregateId: '' },
        { ...good, options: { expectedVersion: 3 } },
        null,
      ].map((command) =>
        runtime.schedule('x', command as never, { afterMs: 0 }).then(
          () => 'scheduled',
          (error: { readonly code: string }) => error.code,
        ),
      ),
    )

    assert.deepEqual(codes, [
      'DRAMATIS_UNKNOWN_ACTOR',
      'DRAMATIS_UNKNOWN_COMMAND',
      'DRAMATIS_SCHEMA_MISMATCH',
      'DRAMATIS_EVENT_VALUE',
      'DRAMATIS_INVALID_ID',
      'DRAMATIS_INVALID_ARGUMENT',
      'DRAMATIS_INVALID_ARGUMENT',
    ])
    assert.equal(runtime.status().timers.pending, 0)
  })

  test('everything once the runtime is closed, and the status still answers', async (t) => {
    const { runtime } = await openBookings(t)
    const command = runtime.actor(Booking, '1').command('remind', { text: 'x' })
    await runtime.schedule('x', command, { afterMs: hourMs })
    await runtime.close()

    for (const asked of [
      () => runtime.schedule('y', command, { afterMs: 0 }),
      () => runtime.timers.cancel('x'),
      () => runtime.timers.get('x'),
      () => runtime.timers.list(),
    ]) {
      await assert.rejects(asked, { code: 'DRAMATIS_CLOSED' })
    }
    assert.equal(runtime.status().timers.pending, 1)
  })
})

describe('the list of timers', () => {
  test('tells what is scheduled, by name, a page at a time', async (t) => {
    const { runtime, clock } = await openBookings(t)
    const nowMs = clock.nowMs()
    for (const name of ['b-2', 'a-1', 'b-1', 'b-3']) {
      const command = runtime.actor(Booking, name).command('remind', { text: name })
      await runtime.schedule(name, command, { afterMs: 5_000, everyMs: 1_000 })
    }

    const first = await runtime.timers.list({ prefix: 'b', limit: 2 })
    const second = await runtime.timers.list({ prefix: 'b', limit: 2, after: first.next })

    const names = [first, second].map(({ entries }) => entries.map((each) => each.name))
    assert.deepEqual(names, [['b-1', 'b-2'], ['b-3']])
    assert.equal(second.next, null)
    const { id, ...timer } = first.entries[0]!
    assert.match(id, /^[0-9A-Z]{26}$/)
    assert.deepEqual(timer, {
      ...{ name: 'b-1', dueAt: new Date(nowMs + 5_000), everyMs: 1_000, occurrence: 1 },
      ...{ kind: 'command', actor: 'Booking', aggregateId: 'b-1' },
      ...{ command: 'remind', data: { text: 'b-1' } },
      ...{ setAt: new Date(nowMs), failures: 0, error: null },
      ...{ nextTryAt: new Date(nowMs + 5_000), isLate: false },
    })
  })

  test('refuses tokens that it did not give', async (t) => {
    const { runtime } = await openBookings(t)

    for (const after of ['', 'abc', Buffer.from('{}').toString('base64url')]) {
      await assert.rejects(runtime.timers.list({ after }), { code: 'DRAMATIS_INVALID_TOKEN' })
    }
    await assert.rejects(runtime.timers.list({ limit: 0 }), { code: 'DRAMATIS_INVALID_ARGUMENT' })
  })
})
