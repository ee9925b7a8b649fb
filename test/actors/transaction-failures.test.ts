import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { Account, openWorkplace, readAll, stateOf, turns } from './account.js'
import { centsOf, deposit, withdraw } from './transfers.js'

test('when its commit fails nothing of it remains, and its answer says that it is in doubt', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.transact([deposit('1', 5), deposit('2', 5)])
  const commit = holdCommits()

  const doubtful = system.transact([withdraw('1', 1), deposit('2', 1)])
  await turns()
  const behind = system.transact([withdraw('2', 1), deposit('3', 1)])
  const waiting = system.transact([deposit('2', 1), deposit('4', 1)])
  const codes = [doubtful, behind, waiting].map((each) => each.catch((error) => error.code))
  commit.reject(new Error('disk on fire'))

  assert.deepEqual(await Promise.all(codes), [
    'DRAMATIS_COMMIT_UNKNOWN',
    'DRAMATIS_STORE_STOPPED',
    'DRAMATIS_STORE_STOPPED',
  ])
  await turns()
  assert.deepEqual(await centsOf(system, '1', '2', '3', '4'), [5, 5, 0, 0])
  assert.equal(system.status().commandsInFlight, 0)
  assert.equal((await system.transact([deposit('1', 1), deposit('4', 1)])).length, 2)
})

test('a repeat of one in doubt is in doubt, with all of its commands', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.transact([deposit('1', 5), deposit('2', 5)])
  const settled = { ...deposit('3', 1), command: 'settle', payload: {} }
  await system.transact([settled])
  const commit = holdCommits()
  const commands = [settled, withdraw('1', 1)]

  const first = system.transact(commands, { commandId: 'x' })
  const repeat = system.transact(commands, { commandId: 'x' })
  const codes = [first, repeat].map((each) => each.catch((error) => error.code))
  await turns()
  commit.reject(new Error('disk on fire'))

  assert.deepEqual(await Promise.all(codes), ['DRAMATIS_COMMIT_UNKNOWN', 'DRAMATIS_COMMIT_UNKNOWN'])
})

test('a rejection waits for the commits that it rests on', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.transact([deposit('1', 5), deposit('2', 5)])
  const commit = holdCommits()

  const taking = system.send(Account, '1', 'withdraw', { cents: 5 })
  const refused = system.transact([deposit('2', 1), withdraw('1', 1)])
  const before = await stateOf(refused)
  commit.resolve()

  await assert.rejects(refused, { code: 'DRAMATIS_COMMAND_REJECTED' })
  await taking
  assert.equal(before, 'pending')
})

test('an actor that cannot be read back refuses all, and holds up nobody', async (t) => {
  const { system, store } = await openWorkplace(t)
  const readStreamBatches = store.readStreamBatches.bind(store)
  store.readStreamBatches = (streamId, options) => {
    if (streamId === 'Account-9') throw new Error('damaged')
    return readStreamBatches(streamId, options)
  }

  const refused = system.transact([deposit('1', 1), deposit('9', 1), deposit('2', 1)])
  const others = ['1', '2'].map((id) => system.send(Account, id, 'deposit', { cents: 2 }))

  await assert.rejects(refused, { code: 'DRAMATIS_ACTIVATION_FAILED', streamId: 'Account-9' })
  await Promise.all(others)
  await assert.rejects(system.transact([deposit('1', 1), deposit('9', 1)]), {
    code: 'DRAMATIS_ACTIVATION_FAILED',
  })
  assert.deepEqual(await centsOf(system, '1', '2'), [2, 2])
  assert.equal(system.status().commandsInFlight, 0)
})

test('a caller that gives up before it runs leaves its actors free', async (t) => {
  const { system, store, clock } = await openWorkplace(t)
  const slow = createDeferred()
  const readStreamBatches = store.readStreamBatches.bind(store)
  store.readStreamBatches = async function* (streamId, options) {
    if (streamId === 'Account-9') await slow.promise
    yield* readStreamBatches(streamId, options)
  }
  await system.send(Account, '1', 'deposit', { cents: 1 })
  const controller = new AbortController()

  const aborted = system.transact([deposit('1', 1), deposit('9', 1)], { signal: controller.signal })
  const late = system.transact([deposit('1', 1), deposit('9', 1)], { timeoutMs: 100 })
  const behind = system.send(Account, '1', 'deposit', { cents: 5 })
  const held = await stateOf(behind)
  controller.abort(new Error('enough'))
  clock.advance(100)

  await assert.rejects(aborted, { code: 'DRAMATIS_COMMAND_ABORTED', accepted: false })
  await assert.rejects(late, { code: 'DRAMATIS_COMMAND_TIMEOUT', accepted: false })
  await behind
  slow.resolve()
  assert.deepEqual(await centsOf(system, '1', '9'), [6, 0])
  assert.deepEqual([held, system.status().commandsInFlight], ['pending', 0])
})

test('a caller that gives up after it ran is told so, and all of it is recorded', async (t) => {
  const { system, store, clock, holdCommits } = await openWorkplace(t)
  await system.transact([deposit('1', 1), deposit('2', 1)])
  const commit = holdCommits()

  const late = system.transact([deposit('1', 1), deposit('2', 1)], { timeoutMs: 100 })
  const refused = assert.rejects(late, { code: 'DRAMATIS_COMMAND_TIMEOUT', accepted: true })
  await turns()
  clock.advance(100)
  await refused
  commit.resolve()
  await turns()

  assert.equal(store.head, 4)
  assert.equal(system.status().commandsInFlight, 0)
  assert.equal((await system.send(Account, '1', 'deposit', { cents: 1 })).version, 3)
})

test('a signal that aborted before refuses at once', async (t) => {
  const { system } = await openWorkplace(t)

  const refused = system.transact([deposit('1', 1)], { signal: AbortSignal.abort() })

  await assert.rejects(refused, { code: 'DRAMATIS_COMMAND_ABORTED', accepted: false })
  assert.equal(system.status().commandsInFlight, 0)
})

test('closing ends transactions that wait, and finishes those that ran', async (t) => {
  const { system, clock, store, holdCommits } = await openWorkplace(t)
  const slow = createDeferred()
  const readStreamBatches = store.readStreamBatches.bind(store)
  store.readStreamBatches = async function* (streamId, options) {
    if (streamId === 'Account-9') await slow.promise
    yield* readStreamBatches(streamId, options)
  }
  await system.transact([deposit('1', 1), deposit('2', 1)])
  const commit = holdCommits()

  const ran = system.transact([deposit('1', 1), deposit('2', 1)])
  const waiting = system.transact([deposit('2', 1), deposit('9', 1)])
  const codes = [waiting.catch((error) => error.code), ran.then((receipts) => receipts.length)]
  await turns()
  commit.resolve()
  const closing = system.close(1_000)
  await turns()
  clock.advance(1_000)
  await closing
  slow.resolve()

  assert.deepEqual(await Promise.all(codes), ['DRAMATIS_CLOSED', 2])
  await assert.rejects(system.transact([deposit('1', 1)]), { code: 'DRAMATIS_CLOSED' })
})

const Slow = defineActor('Slow', {
  initialState: () => ({ notes: 0 }),
  events: { Noted: defineEvent({ text: 'string' }) },
  evolve: { Noted: (state) => ({ notes: state.notes + 1 }) },
  commands: {
    note: {
      schema: { text: 'string' },
      prepare: async ({ text }) => {
        await turns(2)
        if (text === 'bad') throw new Error('no such text')
        return { text: `${text}!` }
      },
      decide: (_state, command, { events }) => events.Noted(command),
    },
  },
})

test('every command is prepared before any of them is decided', async (t) => {
  const { system, store } = await openWorkplace(t, { actors: [Account, Slow] })
  const note = (id: string, text: string) => ({
    ...{ actor: Slow, aggregateId: id, command: 'note' },
    payload: { text },
  })

  const bad = system.transact([note('1', 'good'), deposit('1', 1), note('2', 'bad')])
  await assert.rejects(bad, { code: 'DRAMATIS_PREPARE_FAILED', streamId: 'Slow-2' })
  const receipts = await system.transact([note('1', 'good'), deposit('1', 1), note('2', 'fine')])

  assert.deepEqual(
    receipts.map(({ events }) => (events[0]?.data as { text?: string } | undefined)?.text),
    ['good!', undefined, 'fine!'],
  )
  assert.equal(store.head, 3)
  assert.equal(system.status().commandsInFlight, 0)
})

test('one that evolve refuses leaves every actor as it was', async (t) => {
  const Fragile = defineActor('Fragile', {
    initialState: () => ({ count: 0 }),
    events: { Bumped: defineEvent({}) },
    evolve: {
      Bumped: () => {
        throw new Error('broken')
      },
    },
    commands: { bump: { schema: {}, decide: (_state, _command, { events }) => events.Bumped({}) } },
  })
  const { system, store } = await openWorkplace(t, { actors: [Account, Fragile] })
  const bump = { actor: Fragile, aggregateId: '1', command: 'bump', payload: {} }

  await assert.rejects(system.transact([deposit('1', 1), bump]), { code: 'DRAMATIS_EVOLVE_FAILED' })

  assert.equal(store.head, 0)
  assert.deepEqual(await centsOf(system, '1'), [0])
  assert.equal((await system.send(Account, '1', 'deposit', { cents: 1 })).position, 1)
})

test('a stream that somebody else wrote to refuses all, and is read again', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.transact([deposit('1', 1), deposit('2', 1)])
  const { type, schemaVersion, data, metadata } = (await readAll(store, 'Account-2'))[0]!
  const event = { type, schemaVersion, data: data as never, metadata }
  store.stage([{ aggregateType: 'Account', aggregateId: '2', expectedVersion: 1, events: [event] }])
  await store.commit()

  const conflict = system.transact([deposit('1', 1), deposit('2', 1)])
  await assert.rejects(conflict, { code: 'DRAMATIS_VERSION_CONFLICT', streamId: 'Account-2' })
  await turns()

  assert.deepEqual(
    (await system.transact([deposit('1', 1), deposit('2', 1)])).map(({ version }) => version),
    [2, 3],
  )
})

test('a transaction of many events is one commit, however small the groups', async (t) => {
  const { system, store } = await openWorkplace(t, { limits: { commitEventsMax: 1 } })
  const results: { after: number; to: number }[] = []
  store.onCommit((result) => results.push(result))

  const sent = [
    system.send(Account, '1', 'deposit', { cents: 1 }),
    system.transact(['1', '2', '3', '4'].map((id) => deposit(id, 1))),
    system.send(Account, '2', 'deposit', { cents: 1 }),
  ]
  await Promise.all(sent)

  assert.ok(results.some(({ after, to }) => to - after === 4))
})
