/** Firings that come again later than the actor of their command remembers it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createActorSystem } from '../../../src/actors/actor-system.js'
import { createIdSource } from '../../../src/base/ids.js'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { createSeededRandom } from '../../../src/base/random.js'
import {
  defineApp,
  defineHandler,
  defineSaga,
  openRuntime,
  type Runtime,
} from '../../../src/index.js'
import { FiredBefore, repetitionOf } from '../../../src/runtime/fired-before.js'
import { sendCommandOf } from '../../../src/runtime/timer-actions.js'
import { openMemoryEventStore } from '../../../src/store/memory/memory-event-store.js'
import { SimulatedDisk } from '../../../src/testing/simulated-disk.js'
import { type Due, freshRecord } from '../../../src/timers/due.js'
import { onEnd, type Scope } from '../../support/scope.js'
import { Booking, eventsOf } from './bookings.js'
import { TimerWatch } from './watching.js'

const limits = { commandWindowEvents: 2 }
const names = ['a', 'b', 'c', 'd', 'e', 'f']

/** Keeps what it is told. */
const Notes = defineSaga('Notes', {
  from: [Booking],
  startOn: 'Booked',
  state: (): { readonly texts: readonly string[] } => ({ texts: [] }),
  on: { Cancelled: (_state, _event, { complete }) => complete() },
  messages: {
    note: ({ texts }, text: string, { become }) => become({ texts: [...texts, text] }),
  },
})

/** More events of the booking `all` than it remembers. */
async function forget(runtime: Runtime): Promise<void> {
  const booking = runtime.actor(Booking, 'all')
  for (let at = 0; at < 3; at++) await booking.send('remind', { text: 'other' })
}

/** What `all` was reminded of by timers. */
async function reminded(runtime: Runtime): Promise<readonly unknown[]> {
  const texts = (await eventsOf(runtime, 'all')).flatMap(({ type, data }) =>
    type === 'Reminded' ? [(data as { text: string }).text] : [],
  )
  return texts.filter((text) => text !== 'other').sort()
}

async function notesBegun(runtime: Runtime): Promise<void> {
  const log = runtime.log.read({ after: 0, live: true })
  for await (const { aggregateType } of log) if (aggregateType === Notes.name) return
}

/** Waits until everything that is due in the next minute has fired. */
async function fireAll(runtime: Runtime): Promise<void> {
  const last = runtime.actor(Booking, 'last').command('remind', { text: 'last' })
  await runtime.schedule('last', last, { afterMs: 60_000 })
  const log = runtime.log.read({ after: runtime.log.head, types: ['Reminded'], live: true })
  for await (const { aggregateId } of log) if (aggregateId === 'last') return
}

for (const inFlight of ['lost', 'kept'] as const) {
  test(`what timers send to who remembers two acts once, whatever crashes (${inFlight})`, async () => {
    const app = defineApp({ actors: [Booking], sagas: [Notes] })
    const options = { app, limits }
    for (let write = 1, end = 'crashed'; end === 'crashed'; write++) {
      const disk = new SimulatedDisk()
      await disk.live(options, async (runtime) => {
        await runtime.actor(Booking, 'all').send('book', { at: new Date(0) })
        await notesBegun(runtime)
        for (const text of names) {
          const remind = runtime.actor(Booking, 'all').command('remind', { text })
          await runtime.schedule(`remind-${text}`, remind, { afterMs: 10_000 })
          const note = runtime.saga(Notes, 'all').message('note', text)
          await runtime.schedule(`note-${text}`, note, { afterMs: 10_000 })
        }
      })

      disk.crashAfter(write, inFlight)
      end = await disk.live(options, fireAll)
      if (end === 'crashed') await disk.live(options, fireAll)

      await disk.live(options, async (runtime) => {
        assert.deepEqual(await reminded(runtime), names, `write ${write}`)
        const { texts } = (await runtime.saga(Notes, 'all').state())!
        assert.deepEqual([...texts].sort(), names, `write ${write}`)
      })
    }
  })
}

test('a timer that a repeated delivery sets again for a time that is over acts once', async (t) => {
  const watch = new TimerWatch(t)
  const reminding = defineHandler('reminding', {
    from: [Booking],
    retry: { retriesAtOnce: 1 },
    on: {
      Booked: async (_event, { schedule, attempt }) => {
        await schedule('soon', Booking, 'all', 'remind', { text: 'soon' }, { afterMs: 0 })
        await watch.heard('fired', 'soon', attempt)
        await forget(runtime)
        if (attempt === 1) throw new Error('not yet')
      },
    },
  })
  const runtime: Runtime = await openRuntime({
    app: defineApp({ actors: [Booking], handlers: [reminding] }),
    ...{ workers: 'inline', limits, clock: new ManualClock() },
  })
  onEnd(t, () => runtime.close())

  const { position } = await runtime.actor(Booking, '1').send('book', { at: new Date(0) })
  await runtime.caughtUp(position, { handler: reminding })

  assert.deepEqual(await reminded(runtime), ['soon'])
})

/** Firing timers at actors that remember one event, on a store whose readings are counted. */
async function openFiring(t: Scope) {
  const [clock, random] = [new ManualClock(1_000), createSeededRandom(1)]
  const store = await openMemoryEventStore({ clock })
  const actors = createActorSystem({
    ...{ store, actors: [Booking], clock, random, ids: createIdSource(clock, random) },
    ...{ limits: { commandWindowEvents: 1 } },
  })
  onEnd(t, () => store.close())
  onEnd(t, () => actors.close(0))
  let reads = 0
  const counted = {
    head: store.head,
    readStream: (...asked: Parameters<typeof store.readStream>) => {
      reads++
      return store.readStream(...asked)
    },
  }
  const fire = sendCommandOf(actors, new FiredBefore(counted, clock.nowMs()))
  const action = {
    ...{ kind: 'command', actor: 'Booking', aggregateId: '1', command: 'remind' },
    ...{ data: { text: 'x' }, correlationId: 'c', causationId: 'c', userId: null },
  }
  const setting = { id: 'i', dueAtMs: 2_000, everyMs: null, action }
  const due: Due = { owner: '', name: 'timer', ...freshRecord(setting, 1_000) }
  clock.advance(1_000)
  return { fire, due, actors, reads: () => reads }
}

test('a timer that failed after its command was recorded acts once', async (t) => {
  const { fire, due, actors } = await openFiring(t)
  await fire(due)
  await actors.send('Booking', '1', 'remind', { text: 'other' })

  await fire({ ...due, failures: 1 })

  assert.deepEqual(await actors.state('Booking', '1'), { status: 'none', reminders: 2 })
})

test('a timer that fires for the first time has nothing read before', async (t) => {
  const { fire, due, reads } = await openFiring(t)

  await fire(due)

  assert.equal(reads(), 0)
})

const byHandler = { id: 'Booking-1@1:reminding:timer:1', failures: 0 }
const byHost = { id: '01J00000000000000000000000', failures: 0 }
for (const [what, due, expected] of [
  ['set and due since the opening', { ...byHandler, setAtMs: 150, dueAtMs: 200 }, null],
  ['that has failed', { ...byHost, failures: 1, setAtMs: 150, dueAtMs: 200 }, 'of this process'],
  ['set for the past', { ...byHandler, setAtMs: 200, dueAtMs: 150 }, 'of this process'],
  ['set for now', { ...byHandler, setAtMs: 200, dueAtMs: 200 }, 'of this process'],
  ['set for the past by a host', { ...byHost, setAtMs: 200, dueAtMs: 150 }, null],
  ['due before the opening', { ...byHost, setAtMs: 50, dueAtMs: 99 }, 'of one before'],
  ['due at the opening', { ...byHost, setAtMs: 50, dueAtMs: 100 }, 'of one before'],
] as const) {
  test(`the firing of a timer ${what} may be a repetition ${expected ?? 'of none'}`, () => {
    assert.equal(repetitionOf(due, 100), expected)
  })
}
