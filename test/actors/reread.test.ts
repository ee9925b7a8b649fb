/** Actors that are read back from their streams while commands are under way: none is lost, none is old. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '../../src/base/random.js'
import { type AnyActor, defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { seed } from '../support/seed.js'
import { openWorkplace, readAll, stateOf, turns } from './account.js'

/** Counts in units that the test changes: a state folded before is told from one folded after. */
function counterIn(units: { value: number }, everyEvents?: number): AnyActor {
  return defineActor('Counter', {
    initialState: () => ({ sum: 0 }),
    events: { Added: defineEvent({ n: 'number' }) },
    evolve: { Added: (state, { data }) => ({ sum: state.sum + data.n * units.value }) },
    commands: {
      add: {
        schema: { n: 'number' },
        decide: (_state, command, { events }) => events.Added(command),
      },
    },
    ...(everyEvents === undefined ? {} : { snapshot: { everyEvents } }),
  })
}

const counters = new Set(['Counter'])

test('an idle actor is read back at its next command, one of another type is not', async (t) => {
  const units = { value: 1 }
  const Counter = counterIn(units)
  const { system } = await openWorkplace(t, { actors: [Counter] })
  await system.send(Counter, '1', 'add', { n: 1 })

  units.value = 10
  const others = await system.reread(new Set(['Other']))
  const before = await system.state(Counter, '1')
  const count = await system.reread(counters)

  assert.deepEqual([others, before, count], [0, { sum: 1 }, 1])
  assert.deepEqual(await system.state(Counter, '1'), { sum: 10 })
})

test('a busy actor finishes what is on its way to the disk and runs the rest on what it reads', async (t) => {
  const units = { value: 1 }
  const Counter = counterIn(units)
  const { system, holdCommits } = await openWorkplace(t, { actors: [Counter] })
  await system.state(Counter, '1')
  const commit = holdCommits()
  const first = system.send(Counter, '1', 'add', { n: 1 })
  await turns()

  units.value = 10
  const reread = system.reread(counters)
  const second = system.send(Counter, '1', 'add', { n: 1 })
  const state = system.state(Counter, '1')
  assert.deepEqual([await stateOf(reread), system.status().mailboxDepth], ['pending', 2])
  commit.resolve()

  assert.equal(await reread, 1)
  assert.deepEqual([(await first).version, (await second).version], [1, 2])
  assert.deepEqual(await state, { sum: 20 })
})

test('an actor that is being read back is read once more', async (t) => {
  const units = { value: 1 }
  const Counter = counterIn(units)
  const { system } = await openWorkplace(t, { actors: [Counter], limits: { actorsMax: 2 } })
  for (const id of ['1', '2', '3']) await system.send(Counter, id, 'add', { n: 1 })

  const sent = system.send(Counter, '1', 'add', { n: 1 })
  units.value = 10
  await system.reread(counters)
  await sent

  assert.deepEqual(await system.state(Counter, '1'), { sum: 20 })
})

test('a commit that fails meanwhile lets nobody wait', async (t) => {
  const units = { value: 1 }
  const Counter = counterIn(units)
  const { system, holdCommits } = await openWorkplace(t, { actors: [Counter] })
  await system.state(Counter, '1')
  const commit = holdCommits()
  const sent = system.send(Counter, '1', 'add', { n: 1 })
  await turns()

  const reread = system.reread(counters)
  commit.reject(new Error('disk on fire'))

  await assert.rejects(sent, { code: 'DRAMATIS_COMMIT_UNKNOWN' })
  assert.equal(await reread, 1)
})

test('a snapshot that is about to be kept is not', async (t) => {
  const Counter = counterIn({ value: 1 }, 1)
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  await system.send(Counter, '1', 'add', { n: 1 })

  await system.reread(counters)
  await turns()

  assert.equal(await store.readSnapshot('Counter-1'), undefined)
  await system.send(Counter, '1', 'add', { n: 1 })
  await turns()
  assert.deepEqual((await store.readSnapshot('Counter-1'))?.state, { sum: 2 })
})

test(`whenever actors are read back, every command acts once and in order (seed ${seed})`, async (t) => {
  const random = createSeededRandom(seed)
  const units = { value: 1 }
  const Counter = counterIn(units, 7)
  const { system, store } = await openWorkplace(t, {
    actors: [Counter],
    commitTurns: 2,
    limits: { actorsMax: 3 },
  })
  const under: Promise<unknown>[] = []
  const versions = new Map<string, Promise<{ readonly version: number }>[]>()

  for (let command = 0; command < 400; command++) {
    const id = String(Math.floor(random.next() * 3))
    const options = random.next() < 0.5 ? { commandId: `c${Math.floor(command / 2)}-${id}` } : {}
    const sent = system.send(Counter, id, 'add', { n: 1 }, options)
    versions.set(id, [...(versions.get(id) ?? []), sent])
    if (random.next() < 0.15) under.push(system.reread(counters))
    if (random.next() < 0.3) await turns(Math.floor(random.next() * 4))
  }
  await Promise.all(under)

  for (const [id, sent] of versions) {
    const receipts = await Promise.all(sent)
    const own = receipts.filter((each) => !(each as { duplicate?: boolean }).duplicate)
    const stream = await readAll(store, `Counter-${id}`)
    assert.deepEqual(
      own.map((each) => each.version),
      stream.map((each) => each.version),
    )
    assert.deepEqual(await system.state(Counter, id), { sum: stream.length })
  }
})
