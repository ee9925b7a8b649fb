/**
 * Looking for commands that were sent before.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SentBefore, type WhereSent } from '../../src/actors/sent-before.js'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { appendEvents } from '../../src/store/append.js'
import type { ReadStreamOptions } from '../../src/store/contracts.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { sampleEvent } from '../../src/testing/sample-events.js'
import { onEnd, type Scope } from '../support/scope.js'

/** Anywhere in the stream, also since the opening. */
const anywhere: WhereSent = { isEarlier: () => false, untilNow: true }

/** A store with what some commands recorded in `Account-1`, one after the other. */
async function openStore(t: Scope, ...commandIds: readonly string[]) {
  const clock = new ManualClock(1_000)
  const store = await openMemoryEventStore({ clock })
  onEnd(t, () => store.close())
  const read: number[] = []
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
  const watched = {
    head: store.head,
    async *readStream(streamId: string, options: ReadStreamOptions) {
      for await (const event of store.readStream(streamId, options)) {
        read.push(event.version)
        yield event
      }
    },
  }
  const sent = new SentBefore(watched, (commandId) => commandId.startsWith('Saga-'))
  const find = async (commandId: string, where: WhereSent | null, streamId = 'Account-1') => {
    assert.notEqual(where, null)
    return (await sent.find(streamId, commandId, where!))?.receipt
  }
  return { sent, record, find, read, clock, store }
}

test('a command that was sent before is found by its last event, behind what it follows from', async (t) => {
  const { sent, find } = await openStore(t, 'Saga-1/a', 'Saga-1/b', 'Saga-1/b', 'other')

  const where = sent.whereFollowing(1, false)

  const receipt = { streamId: 'Account-1', version: 3, position: 3, duplicate: true }
  assert.deepEqual(await find('Saga-1/b', where), receipt)
  assert.equal(await find('Saga-1/a', where), undefined)
  assert.equal(await find('other', where), undefined)
  assert.equal(await find('Saga-1/b', where, 'Account-2'), undefined)
})

test('what follows from an event after the opening, delivered once, cannot have been sent', async (t) => {
  const { sent } = await openStore(t, 'other')

  assert.equal(sent.whereFollowing(2, false), null)
  assert.notEqual(sent.whereFollowing(1, false), null)
  assert.notEqual(sent.whereFollowing(2, true), null)
})

test('what a repeated delivery sends is looked for up to now, each event once', async (t) => {
  const { sent, record, find, read } = await openStore(t, 'other', 'Saga-1/a')
  const where = sent.whereFollowing(1, true)
  assert.equal(await find('Saga-1/b', where), undefined)
  await record('Saga-1/b')
  read.length = 0

  const found = await Promise.all(['Saga-1/b', 'Saga-1/a'].map((id) => find(id, where)))

  assert.deepEqual([found.map((each) => each?.version), read], [[3, 2], [3]])
})

test('a stream is read once for what came before the opening, again for earlier events', async (t) => {
  const { sent, find, read } = await openStore(t, 'Saga-1/a', 'Saga-1/b', 'Saga-1/c')

  for (const position of [2, 3, 2]) await find('Saga-1/c', sent.whereFollowing(position, false))
  assert.deepEqual(read, [3, 2])
  const found = await find('Saga-1/b', sent.whereFollowing(1, false))

  assert.deepEqual([found?.version, read], [2, [3, 2, 3, 2, 1]])
})

test('a command is found among what was recorded at a time or later', async (t) => {
  const { record, find, clock } = await openStore(t, 'Saga-1/a')
  clock.advance(500)
  await record('Saga-1/b', 'other')

  const since = (timeMs: number): WhereSent => ({
    isEarlier: ({ recordedAt }) => recordedAt.getTime() < timeMs,
    untilNow: true,
  })

  assert.equal(await find('Saga-1/b', since(1_501)), undefined)
  assert.equal((await find('Saga-1/b', since(1_500)))?.version, 2)
  assert.equal(await find('Saga-1/a', since(1_500)), undefined)
})

test('of a command id that was used twice the later command is found', async (t) => {
  const { record, find } = await openStore(t, 'Saga-1/a')
  await find('Saga-1/a', anywhere)

  await record('Saga-1/a')

  assert.equal((await find('Saga-1/a', anywhere))?.version, 2)
})

test('a stream that could not be read is read anew when it is asked for again', async (t) => {
  const { store } = await openStore(t, 'Saga-1/a')
  let failures = 1
  const failing = {
    head: store.head,
    readStream: (...asked: Parameters<typeof store.readStream>) => {
      if (failures-- > 0) throw new Error('damaged')
      return store.readStream(...asked)
    },
  }
  const sent = new SentBefore(failing, () => true)

  await assert.rejects(sent.find('Account-1', 'Saga-1/a', anywhere), /damaged/)

  assert.equal((await sent.find('Account-1', 'Saga-1/a', anywhere))?.receipt.version, 1)
})

test('what is still being sent is waited for, and then it is found', async (t) => {
  const { sent, record } = await openStore(t, 'other')
  const [release, released] = [createDeferred(), createDeferred()]
  const receipt = { streamId: 'Account-1', version: 2, position: 2, duplicate: false }
  const first = sent.sendOnce('Account-1', 'Saga-1/a', null, async () => {
    await release.promise
    await record('Saga-1/a')
    released.resolve()
    return receipt
  })

  const second = sent.sendOnce('Account-1', 'Saga-1/a', sent.whereFollowing(1, true), () =>
    assert.fail('it was sent twice'),
  )
  release.resolve()
  await released.promise

  assert.deepEqual((await first).receipt, receipt)
  assert.deepEqual((await second).receipt, { ...receipt, duplicate: true })
})

test('what could not be sent is sent again', async (t) => {
  const { sent } = await openStore(t, 'other')
  const receipt = { streamId: 'Account-1', version: 2, position: 2, duplicate: false }
  const first = sent.sendOnce('Account-1', 'Saga-1/a', null, async () => {
    throw new Error('the disk is full')
  })

  const where = sent.whereFollowing(1, true)
  const second = sent.sendOnce('Account-1', 'Saga-1/a', where, async () => receipt)

  await assert.rejects(first, /the disk is full/)
  assert.deepEqual((await second).receipt, receipt)
})
