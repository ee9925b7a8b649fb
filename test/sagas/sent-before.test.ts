/**
 * Commands of steps that come again later than their actor remembers them.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.js'
import { defineApp } from '../../src/define/app.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { SentBefore } from '../../src/sagas/sent-before.js'
import { appendEvents } from '../../src/store/append.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { sampleEvent } from '../../src/testing/sample-events.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { onEnd, type Scope } from '../support/scope.js'
import { Account, Trip } from './travel.js'

const parts = ['a', 'b', 'c', 'd', 'e', 'f']

/** Charges one account for each part of a trip, all at the same time. */
const Charging = defineSaga('Charging', {
  from: [Trip],
  startOn: 'TripAsked',
  state: ({ data }) => ({ parts: data.rooms }),
  steps: ({ each }) => [
    each(
      'parts',
      (state) => state.parts,
      ({ step }) =>
        step('charge', {
          send: (_state, { send }) => send(Account, 'all', 'charge', { cents: 1 }),
        }),
      { parallelMax: parts.length },
    ),
  ],
})
const app = defineApp({ actors: [Trip, Account], sagas: [Charging] })

async function travel(runtime: Runtime): Promise<void> {
  const command = { rooms: parts, cents: 0 }
  await runtime.actor(Trip, 't1').send('ask', command, { commandId: 'ask' })
  assert.equal(await runtime.saga(Charging, 't1').ended({ timeoutMs: 3_600_000 }), 'completed')
}

for (const inFlight of ['lost', 'kept'] as const) {
  test(`commands to an actor that remembers two act once, whatever crashes (${inFlight})`, async () => {
    const options = { app, limits: { commandWindowEvents: 2 } }
    for (let write = 1, end = 'crashed'; end === 'crashed'; write++) {
      const disk = new SimulatedDisk()

      disk.crashAfter(write, inFlight)
      end = await disk.live(options, travel)
      if (end === 'crashed') await disk.live(options, travel)

      await disk.live(options, async (runtime) => {
        const state = await runtime.actor(Account, 'all').state()
        assert.deepEqual(state, { cents: parts.length }, `write ${write}`)
      })
    }
  })
}

describe('a command that may have been sent before', () => {
  const first = { attempt: 1, redrives: 0 }

  /** A store with what some commands recorded in `Account-1`, one after the other. */
  async function openStore(t: Scope, ...commandIds: readonly string[]) {
    const store = await openMemoryEventStore({ clock: systemClock })
    onEnd(t, () => store.close())
    let reads = 0
    const record = async (...ids: readonly string[]): Promise<void> => {
      for (const commandId of ids) {
        const event = sampleEvent({ commandId })
        const metadata = { ...event.metadata, commandId }
        const stream = {
          aggregateType: 'Account',
          aggregateId: '1',
          expectedVersion: 'any',
        } as const
        await appendEvents(store, [{ ...stream, events: [{ ...event, metadata }] }])
      }
    }
    await record(...commandIds)
    const counted = {
      head: store.head,
      readStream: (...asked: Parameters<typeof store.readStream>) => {
        reads++
        return store.readStream(...asked)
      },
    }
    return { sent: new SentBefore(counted, 'Saga'), record, reads: () => reads }
  }

  test('is found by its last event, behind what was decided', async (t) => {
    const { sent } = await openStore(t, 'Saga-1/a', 'Saga-1/b', 'Saga-1/b', 'other')

    const find = sent.forDelivery(1, first)

    const receipt = { streamId: 'Account-1', version: 3, position: 3, duplicate: true }
    assert.deepEqual(await find('Account-1', 'Saga-1/b'), receipt)
    assert.equal(await find('Account-1', 'Saga-1/a'), undefined)
    assert.equal(await find('Account-2', 'Saga-1/b'), undefined)
  })

  test('is not looked for when it was decided after the opening and is delivered once', async (t) => {
    const { sent, record, reads } = await openStore(t, 'other')
    await record('Saga-1/a')

    const found = await sent.forDelivery(2, first)('Account-1', 'Saga-1/a')

    assert.deepEqual([found, reads()], [undefined, 0])
  })

  for (const [how, delivery] of [
    ['tried again', { attempt: 2, redrives: 0 }],
    ['redriven', { attempt: 1, redrives: 1 }],
  ] as const) {
    test(`is looked for up to now when its delivery is ${how}`, async (t) => {
      const { sent, record } = await openStore(t, 'other', 'other')
      await sent.forDelivery(1, first)('Account-1', 'Saga-1/a')
      await record('Saga-1/a')

      const found = await sent.forDelivery(1, delivery)('Account-1', 'Saga-1/a')

      assert.equal(found?.version, 3)
    })
  }

  test('has its stream read once for many deliveries after an opening, again for earlier ones', async (t) => {
    const { sent, reads } = await openStore(t, 'Saga-1/a', 'Saga-1/b', 'Saga-1/c')

    for (const decidedAt of [2, 3, 2]) {
      await sent.forDelivery(decidedAt, first)('Account-1', 'Saga-1/c')
    }
    assert.equal(reads(), 1)
    const found = await sent.forDelivery(1, first)('Account-1', 'Saga-1/b')

    assert.deepEqual([found?.version, reads()], [2, 2])
  })
})
