/** When snapshots are taken, by which rule, and what may go wrong with them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineActor, defineEvent, type SnapshotOptions } from '../../src/index.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openWorkplace, turns } from './account.js'

interface CounterState {
  readonly n: number
  readonly odd?: unknown
}

/** A counter with the given rules; `odd` is what its state holds beside the number. */
function counter(snapshot: SnapshotOptions<CounterState>, odd?: unknown) {
  return defineActor('Counter', {
    initialState: (): CounterState => ({ n: 0 }),
    events: { Added: defineEvent({ n: 'number' }) },
    evolve: {
      Added: (state, { data }) => ({
        n: state.n + data.n,
        ...(odd === undefined ? {} : { odd }),
      }),
    },
    commands: {
      add: {
        schema: { n: 'number' },
        decide: (_state, command, { events }) => events.Added(command),
      },
      addTwice: {
        schema: { n: 'number' },
        decide: (_state, command, { events }) => [events.Added(command), events.Added(command)],
      },
    },
    snapshot,
  })
}

async function versionKept(store: EventStore, id = '1'): Promise<number | undefined> {
  return (await store.readSnapshot(`Counter-${id}`))?.version
}

/** Counts the snapshots that are written from now on. */
function countWrites(store: EventStore): () => number {
  let writes = 0
  const write = store.writeSnapshot.bind(store)
  store.writeSnapshot = (streamId, snapshot) => {
    writes++
    return write(streamId, snapshot)
  }
  return () => writes
}

test('an actor that is idle for long is kept when it is let go, and comes back from there', async (t) => {
  const Counter = counter({ onPassivation: true })
  const limits = { idleMs: 1_000 }
  const { system, store, clock } = await openWorkplace(t, { actors: [Counter], limits })
  await system.send(Counter, '1', 'add', { n: 3 })
  const before = await versionKept(store)

  clock.advance(2_000)
  await turns()

  assert.deepEqual([before, await versionKept(store)], [undefined, 1])
  assert.deepEqual(await system.state(Counter, '1'), { n: 3 })
})

test('an actor that makes room for another is kept', async (t) => {
  const Counter = counter({ onPassivation: true })
  const limits = { actorsMax: 1 }
  const { system, store } = await openWorkplace(t, { actors: [Counter], limits })
  await system.send(Counter, '1', 'add', { n: 3 })

  await system.send(Counter, '2', 'add', { n: 3 })
  await turns()

  assert.equal(await versionKept(store), 1)
})

test('an actor is not kept again when nothing was added since', async (t) => {
  const Counter = counter({ onPassivation: true })
  const limits = { idleMs: 1_000 }
  const { system, store, clock } = await openWorkplace(t, { actors: [Counter], limits })
  await system.send(Counter, '1', 'add', { n: 3 })
  clock.advance(2_000)
  await turns()
  const writes = countWrites(store)

  await system.state(Counter, '1')
  await system.state(Counter, 'unborn')
  clock.advance(2_000)
  await turns()

  assert.equal(writes(), 0)
  assert.equal(system.status().passivations, 3)
})

test('an actor that could not be read back is let go without a snapshot', async (t) => {
  const Counter = counter({ onPassivation: true })
  const limits = { idleMs: 1_000 }
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  await system.send(Counter, '1', 'add', { n: 3 })
  await system.deleteSnapshot(Counter, '1')
  const Broken = defineActor('Counter', {
    initialState: () => ({}),
    events: { Added: defineEvent({ n: 'number' }) },
    evolve: { Added: () => assert.fail('broken') },
    commands: {},
    snapshot: { onPassivation: true },
  })
  const { system: next, clock } = await openWorkplace(t, { actors: [Broken], store, limits })

  await assert.rejects(next.state('Counter', '1'), { code: 'DRAMATIS_ACTIVATION_FAILED' })
  clock.advance(2_000)
  await turns()

  assert.equal(next.status().passivations, 1)
  assert.equal(await versionKept(store), undefined)
})

test('closing keeps actors that are kept when let go, and no others', async (t) => {
  const Counter = counter({ onPassivation: true })
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  for (const id of ['1', '2', '3']) await system.send(Counter, id, 'add', { n: 3 })
  const Other = counter({ everyEvents: 100 })
  const { system: other } = await openWorkplace(t, { actors: [Other], store })
  await other.send(Other, '4', 'add', { n: 3 })

  await other.close()
  await system.close()

  const kept = ['1', '2', '3', '4'].map((id) => versionKept(store, id))
  assert.deepEqual(await Promise.all(kept), [1, 1, 1, undefined])
})

test('with too many to keep, closing keeps those used last and counts the others', async (t) => {
  const Counter = counter({ onPassivation: true })
  const limits = { snapshotsPendingMax: 2 }
  const { system, store } = await openWorkplace(t, { actors: [Counter], limits })
  for (const id of ['1', '2', '3']) await system.send(Counter, id, 'add', { n: 3 })

  await system.close()

  const kept = ['1', '2', '3'].map((id) => versionKept(store, id))
  assert.deepEqual(await Promise.all(kept), [undefined, 1, 1])
  assert.equal(system.status().snapshotsSkipped, 1)
})

test("an actor's own rule keeps the states that it asks for", async (t) => {
  const asked: unknown[] = []
  const Counter = counter({
    when: ({ n }, { aggregateId, version, eventsSince, event }) => {
      asked.push([aggregateId, n, version, eventsSince, event.id])
      return n >= 10
    },
  })
  const { system, store } = await openWorkplace(t, { actors: [Counter] })

  await system.send(Counter, '1', 'add', { n: 4 })
  await system.send(Counter, '1', 'addTwice', { n: 4 })
  await system.send(Counter, '1', 'add', { n: -9 })
  await turns()

  assert.deepEqual(asked, [
    ['1', 4, 1, 1, 'Counter-1@1'],
    ['1', 12, 3, 3, 'Counter-1@3'],
    ['1', 3, 4, 1, 'Counter-1@4'],
  ])
  assert.equal(await versionKept(store), 3)
})

for (const [name, when] of [
  ['throws', () => assert.fail('broken rule')],
  ['returns no boolean', () => 'yes' as never],
] as const) {
  test(`a rule that ${name} is shown in the status, and harms no command and no other rule`, async (t) => {
    const Counter = counter({ when, everyEvents: 2 })
    const { system, store } = await openWorkplace(t, { actors: [Counter] })

    for (let at = 0; at < 3; at++) await system.send(Counter, '1', 'add', { n: 1 })
    await turns()

    assert.deepEqual(await system.state(Counter, '1'), { n: 3 })
    assert.equal(await versionKept(store), 2)
    const { snapshotFailures, failed } = system.status()
    assert.equal(failed, 0)
    assert.deepEqual(
      snapshotFailures.map(({ actor, error }) => [actor, (error as { code: string }).code]),
      [['Counter', 'DRAMATIS_SNAPSHOT_RULE_FAILED']],
    )
  })
}

for (const [name, odd] of [
  ['-0', -0],
  ['bytes that are no Buffer', new Uint8Array([1])],
  ['a key that is a symbol', { [Symbol('secret')]: 1 }],
] as const) {
  test(`a state with ${name}, which a snapshot would change, is not kept`, async (t) => {
    const Counter = counter({ everyEvents: 1 }, odd)
    const { system, store } = await openWorkplace(t, { actors: [Counter] })

    await system.send(Counter, '1', 'add', { n: 1 })
    await turns()

    assert.equal(await versionKept(store), undefined)
    const { error } = system.status().snapshotFailures[0]!
    assert.equal((error as { code: string }).code, 'DRAMATIS_EVENT_VALUE')
  })
}

test('many states are kept in few writes, each of its own stream', async (t) => {
  const Counter = counter({ everyEvents: 1 })
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  const ids = Array.from({ length: 100 }, (_, at) => `${at}`)

  await Promise.all(ids.map((id) => system.send(Counter, id, 'add', { n: Number(id) })))
  await system.close()

  for (const id of ids) {
    assert.deepEqual((await store.readSnapshot(`Counter-${id}`))?.state, { n: Number(id) })
  }
  assert.equal(system.status().snapshotsWritten, 100)
})

test('deleting all snapshots takes back those that wait to be written', async (t) => {
  const Counter = counter({ everyEvents: 2 })
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  for (const id of ['1', '2']) await system.send(Counter, id, 'addTwice', { n: 1 })

  await system.deleteSnapshots()
  await turns()

  assert.deepEqual(
    [await versionKept(store, '1'), await versionKept(store, '2')],
    [undefined, undefined],
  )
  assert.deepEqual(await system.state(Counter, '1'), { n: 2 })
})

test('an actor whose snapshot was deleted is kept again by its rules', async (t) => {
  const Counter = counter({ everyEvents: 2, onPassivation: true })
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  for (const id of ['1', '2']) await system.send(Counter, id, 'addTwice', { n: 1 })
  await turns()

  await system.deleteSnapshot(Counter, '1')
  const deleted = [await versionKept(store, '1'), await versionKept(store, '2')]
  await system.close()

  assert.deepEqual(deleted, [undefined, 2])
  assert.equal(await versionKept(store, '1'), 2)
})

test('deleting snapshots is refused of an unknown actor, and once the system closes', async (t) => {
  const { system } = await openWorkplace(t)

  await assert.rejects(system.deleteSnapshot('Nobody', '1'), { code: 'DRAMATIS_UNKNOWN_ACTOR' })
  await assert.rejects(system.deleteSnapshot('Account', ''), { code: 'DRAMATIS_INVALID_ID' })
  await system.close()
  await assert.rejects(system.deleteSnapshots(), { code: 'DRAMATIS_CLOSED' })
})
