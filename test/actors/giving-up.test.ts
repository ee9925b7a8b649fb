import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { Account, openWorkplace, readAll, stateOf, turns } from './account.js'

test('a signal that is aborted already refuses the command at once', async (t) => {
  const { system, store } = await openWorkplace(t)

  const sent = system.send(Account, '1', 'deposit', { cents: 1 }, { signal: AbortSignal.abort() })

  await assert.rejects(sent, { code: 'DRAMATIS_COMMAND_ABORTED', accepted: false })
  assert.equal((await readAll(store, 'Account-1')).length, 0)
  assert.equal(system.status().commandsInFlight, 0)
})

test('a command aborted before it ran writes nothing', async (t) => {
  const { system, store } = await openWorkplace(t)
  const controller = new AbortController()

  const { signal } = controller
  const aborted = system.send(Account, '1', 'deposit', { cents: 1 }, { signal })
  const other = system.send(Account, '1', 'deposit', { cents: 2 })
  controller.abort(new Error('never mind'))

  await assert.rejects(aborted, {
    code: 'DRAMATIS_COMMAND_ABORTED',
    accepted: false,
    cause: controller.signal.reason,
  })
  assert.equal((await other).version, 1)
  assert.equal((await readAll(store, 'Account-1')).length, 1)
})

test('a command aborted after it was staged may still commit, and says so', async (t) => {
  const { system, store, holdCommits } = await openWorkplace(t)
  await system.state(Account, '1')
  const commit = holdCommits()
  const controller = new AbortController()

  const { signal } = controller
  const aborted = system.send(Account, '1', 'deposit', { cents: 1 }, { signal })
  await turns()
  controller.abort()
  await assert.rejects(aborted, { accepted: true, message: /may still commit/ })
  const during = system.status().commandsInFlight
  commit.resolve()
  await turns()

  assert.deepEqual([during, system.status().commandsInFlight], [1, 0])
  assert.equal((await readAll(store, 'Account-1')).length, 1)
})

test('a deadline ends the wait before and after acceptance', async (t) => {
  const { system, clock, holdCommits } = await openWorkplace(t)
  await system.state(Account, '1')
  const commit = holdCommits()

  const staged = system.send(Account, '1', 'deposit', { cents: 1 }, { timeoutMs: 50 })
  const activating = system.send(Account, '2', 'deposit', { cents: 1 }, { timeoutMs: 50 })
  clock.advance(50)

  await assert.rejects(staged, {
    code: 'DRAMATIS_COMMAND_TIMEOUT',
    accepted: true,
    timeoutMs: 50,
  })
  await assert.rejects(activating, { code: 'DRAMATIS_COMMAND_TIMEOUT', accepted: false })
  commit.resolve()
})

test('a rejection that was waiting when the caller gave up wrote nothing', async (t) => {
  const { system, clock, holdCommits } = await openWorkplace(t)
  await system.state(Account, '1')
  const commit = holdCommits()
  const deposit = system.send(Account, '1', 'deposit', { cents: 1 })

  const rejected = system.send(Account, '1', 'withdraw', { cents: 9 }, { timeoutMs: 50 })
  clock.advance(50)

  await assert.rejects(rejected, { code: 'DRAMATIS_COMMAND_TIMEOUT', accepted: false })
  commit.resolve()
  await deposit
})

test('a command aborted from inside its own decide does not claim that nothing was written', async (t) => {
  const controller = new AbortController()
  const Impatient = defineActor('Impatient', {
    initialState: () => ({}),
    events: { Done: defineEvent({}) },
    evolve: { Done: (state) => state },
    commands: {
      act: {
        schema: {},
        decide: (_state, _command, { events }) => {
          controller.abort()
          return events.Done({})
        },
      },
    },
  })
  const { system, store } = await openWorkplace(t, { actors: [Impatient] })

  const sent = system.send(Impatient, '1', 'act', {}, { signal: controller.signal })

  await assert.rejects(sent, { code: 'DRAMATIS_COMMAND_ABORTED', accepted: true })
  await turns()
  assert.equal((await readAll(store, 'Impatient-1')).length, 1)
  assert.equal(system.status().commandsInFlight, 0)
})

test('what is aborted in the middle of a mailbox leaves the order of the others', async (t) => {
  const { system, store } = await openWorkplace(t, { limits: { commitEventsMax: 2 } })
  const controllers = Array.from({ length: 9 }, () => new AbortController())

  const sent = controllers.map(({ signal }, at) =>
    system.send(Account, '1', 'deposit', { cents: 1, reference: `${at}` }, { signal }),
  )
  for (const at of [0, 4, 8]) controllers[at]!.abort()
  await Promise.allSettled(sent)

  assert.deepEqual(
    (await readAll(store, 'Account-1')).map(
      (event) => (event.data as { reference: string }).reference,
    ),
    ['1', '2', '3', '5', '6', '7'],
  )
})

test('a command that was answered leaves no timer and no listener behind', async (t) => {
  const { system, clock } = await openWorkplace(t)
  const before = clock.pending
  const controller = new AbortController()

  const options = { timeoutMs: 1_000, signal: controller.signal }
  await system.send(Account, '1', 'deposit', { cents: 1 }, options)

  // What is left is the system's own look at idle actors.
  assert.ok(clock.pending <= before + 1)
  controller.abort()
  clock.advance(1_000)
})

const lookUps = new Map<string, Promise<string>>()
const seen: { signal?: AbortSignal } = {}
const Parcel = defineActor('Parcel', {
  initialState: () => ({ street: '' }),
  events: { Addressed: defineEvent({ street: 'string' }) },
  evolve: { Addressed: (_state, event) => ({ street: event.data.street }) },
  commands: {
    address: {
      schema: { street: 'string' },
      prepare: async (command, { signal }) => {
        seen.signal = signal
        return { street: (await lookUps.get(command.street)) ?? command.street }
      },
      decide: (_state, command, { events }) => events.Addressed(command),
    },
    readdress: {
      schema: { street: 'string' },
      decide: (_state, command, { events }) => events.Addressed(command),
    },
  },
})

test('prepare runs outside the mailbox and completes the command', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Parcel] })
  const lookUp = createDeferred<string>()
  lookUps.set('main', lookUp.promise)

  const prepared = system.send(Parcel, '1', 'address', { street: 'main' })
  const overtaking = await system.send(Parcel, '1', 'readdress', { street: 'side' })
  const before = await stateOf(prepared)
  lookUp.resolve('Main Street')

  assert.deepEqual([overtaking.version, before, (await prepared).version], [1, 'pending', 2])
  assert.deepEqual(await system.state(Parcel, '1'), { street: 'Main Street' })
})

test('a prepare that fails, or returns what the schema refuses, fails its command', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Parcel] })
  const cause = new Error('no such street')
  lookUps.set('lost', Promise.reject(cause))
  lookUps.set('odd', Promise.resolve(7 as never))

  await assert.rejects(system.send(Parcel, '1', 'address', { street: 'lost' }), {
    code: 'DRAMATIS_PREPARE_FAILED',
    cause,
  })
  const odd = await system.send(Parcel, '1', 'address', { street: 'odd' }).catch((error) => error)

  assert.equal(odd.code, 'DRAMATIS_PREPARE_FAILED')
  assert.equal(odd.cause.code, 'DRAMATIS_SCHEMA_MISMATCH')
  assert.equal(system.status().commandsInFlight, 0)
})

test("a caller that gives up during prepare aborts prepare's signal", async (t) => {
  const { system, store, clock } = await openWorkplace(t, { actors: [Parcel] })
  const lookUp = createDeferred<string>()
  lookUps.set('slow', lookUp.promise)

  const sent = system.send(Parcel, '1', 'address', { street: 'slow' }, { timeoutMs: 10 })
  clock.advance(10)
  await assert.rejects(sent, { code: 'DRAMATIS_COMMAND_TIMEOUT', accepted: false })
  lookUp.resolve('Slow Street')
  await turns()

  assert.equal(seen.signal?.aborted, true)
  assert.equal((await readAll(store, 'Parcel-1')).length, 0)
  assert.equal(system.status().commandsInFlight, 0)
})

test('a command prepared while the runtime closes is still answered', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Parcel] })
  const lookUp = createDeferred<string>()
  lookUps.set('late', lookUp.promise)

  const sent = system.send(Parcel, '1', 'address', { street: 'late' })
  const closing = system.close()
  lookUp.resolve('Late Street')

  assert.equal((await sent).version, 1)
  await closing
})

test('a command still in preparation at the deadline of closing is answered', async (t) => {
  const { system, clock } = await openWorkplace(t, { actors: [Parcel] })
  lookUps.set('never', createDeferred<string>().promise)

  const sent = system.send(Parcel, '1', 'address', { street: 'never' })
  const closing = system.close(100)
  clock.advance(100)

  await assert.rejects(sent, { code: 'DRAMATIS_CLOSED' })
  await closing
  assert.equal(seen.signal?.aborted, true)
})
