/** Activation over old events, in memory: with snapshots, and with upcasters that fail. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { sampleEvent } from '../../src/testing/index.js'
import { openWorkplace } from './account.js'

const Counter = defineActor('Counter', {
  initialState: () => ({ sum: 0, events: 0 }),
  events: {
    Added: defineEvent(
      { n: 'number' },
      {
        version: 2,
        upcast: {
          1: (data: { readonly by: number }, _event, { next }) => {
            if (data.by === 13) throw new Error('unlucky')
            return Array.from({ length: data.by }, () => next({ n: 1 }))
          },
        },
      },
    ),
  },
  evolve: { Added: (state, { data }) => ({ sum: state.sum + data.n, events: state.events + 1 }) },
  commands: {
    add: {
      schema: { n: 'number' },
      decide: (_state, command, { events }) => events.Added(command),
    },
  },
  snapshot: { everyEvents: 1 },
})

/** A store with events of version 1, each of which becomes as many as its number says. */
async function recorded(...numbers: readonly number[]): Promise<EventStore> {
  const store = await openMemoryEventStore({ clock: new ManualClock() })
  const events = numbers.map((by) => sampleEvent({ by }, 'Added'))
  const stream = { aggregateType: 'Counter', aggregateId: '1', expectedVersion: 0 as const }
  store.stage([{ ...stream, events }])
  await store.commit()
  return store
}

test('parts are folded one by one, none where there is none, and versions count records', async (t) => {
  const store = await recorded(2, 0, 3)
  const { system } = await openWorkplace(t, { actors: [Counter], store })

  assert.deepEqual(await system.state(Counter, '1'), { sum: 5, events: 5 })
  assert.equal((await system.send(Counter, '1', 'add', { n: 1 })).version, 4)
})

test('a snapshot stands between records, never between the parts of one', async (t) => {
  const store = await recorded(2, 0, 3)
  const { system } = await openWorkplace(t, { actors: [Counter], store })
  await system.send(Counter, '1', 'add', { n: 1 })
  await system.close()

  const { system: again } = await openWorkplace(t, { actors: [Counter], store })

  assert.equal((await store.readSnapshot('Counter-1'))?.version, 4)
  assert.deepEqual(await again.state(Counter, '1'), { sum: 6, events: 6 })
})

test('an upcaster that throws is the cause of a failed activation', async (t) => {
  const store = await recorded(1, 13)
  const { system } = await openWorkplace(t, { actors: [Counter], store })

  const error = await system.state(Counter, '1').catch((thrown: unknown) => thrown)

  const { code, cause } = error as { code: string; cause: { code: string; position: number } }
  assert.equal(code, 'DRAMATIS_ACTIVATION_FAILED')
  assert.deepEqual([cause.code, cause.position], ['DRAMATIS_UPCAST_FAILED', 2])
})
