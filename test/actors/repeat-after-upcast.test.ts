/**
 * A command that was recorded under an older schema, repeated today: neither the window nor the receipt
 * may be lost to upcasting.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ActorSystem, createActorSystem } from '../../src/actors/actor-system.js'
import { createIdSource } from '../../src/base/ids.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import { type AnyActor, defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { onEnd } from '../support/scope.js'

const schema = { euros: 'number|integer' } as const

const OldTill = defineActor('Till', {
  initialState: () => ({ total: 0 }),
  events: { Paid: defineEvent(schema), Opened: defineEvent({}) },
  evolve: { Paid: (state, event) => ({ total: state.total + event.data.euros }), Opened: (s) => s },
  commands: {
    pay: {
      schema,
      decide: (_state, command, { events }) => [events.Opened({}), events.Paid(command)],
    },
  },
})

const Till = defineActor('Till', {
  initialState: () => ({ totalCents: 0 }),
  events: {
    Paid: defineEvent(
      { cents: 'number|integer' },
      { version: 2, upcast: { 1: (data) => ({ cents: Number(data.euros) * 100 }) } },
    ),
    Opened: defineEvent({}, { version: 2, upcast: { 1: () => [] } }),
  },
  evolve: {
    Paid: (state, event) => ({ totalCents: state.totalCents + event.data.cents }),
    Opened: (state) => state,
  },
  commands: {
    pay: {
      schema,
      decide: (_state, command, { events }) => events.Paid({ cents: command.euros * 100 }),
    },
  },
})

function openSystem(t: TestContext, store: EventStore, actor: AnyActor): ActorSystem {
  const [clock, random] = [new ManualClock(), createSeededRandom(1)]
  const ids = createIdSource(clock, random)
  const system = createActorSystem({ store, actors: [actor], clock, random, ids })
  onEnd(t, () => system.close())
  return system
}

test('a command recorded under an older schema is still recognised, its events upcast', async (t) => {
  const store = await openMemoryEventStore({ clock: new ManualClock() })
  const before = openSystem(t, store, OldTill)
  const original = await before.send(OldTill, '1', 'pay', { euros: 3 }, { commandId: 'c1' })
  await before.close()
  const today = openSystem(t, store, Till)

  const repeat = await today.send(Till, '1', 'pay', { euros: 3 }, { commandId: 'c1' })

  assert.equal(repeat.duplicate, true)
  assert.deepEqual([repeat.version, repeat.position], [original.version, original.position])
  assert.deepEqual(
    repeat.events.map(({ type, data }) => [type, data]),
    [['Paid', { cents: 300 }]],
  )
  assert.deepEqual(await today.state(Till, '1'), { totalCents: 300 })
})
