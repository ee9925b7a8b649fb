import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { onEnd } from '../support/scope.js'
import { Account, openWorkplace, stateOf, turns } from './account.js'

const events = { Counted: defineEvent({}) }
const count = {
  schema: {},
  decide: () => ({ type: 'Counted', data: {} }) as const,
}

interface ActivationError {
  readonly code: string
  readonly streamId: string
  readonly retryAt: Date
  readonly cause: { readonly code: string }
}

/** The error that a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<ActivationError> {
  const thrown: unknown = await promise.then(
    () => assert.fail('expected a rejection'),
    (error: unknown) => error,
  )
  return thrown as ActivationError
}

/** A counter whose `evolve` breaks on the events that `breaksAt` names, while it is asked to. */
const breaking = { at: 0 }
const Counter = defineActor('Counter', {
  initialState: () => ({ count: 0 }),
  events,
  evolve: {
    Counted: (state, event) => {
      if (event.version === breaking.at) throw new Error(`broken at ${event.version}`)
      return { count: state.count + 1 }
    },
  },
  commands: { count },
  snapshot: { everyEvents: 3 },
})

test('an actor read back from its snapshot equals one read back from the beginning', async (t) => {
  const { system, store, clock } = await openWorkplace(t, { actors: [Counter] })
  for (let at = 0; at < 8; at++) await system.send(Counter, '1', 'count', {})
  await system.close()
  const snapshot = await store.readSnapshot('Counter-1')

  const Plain = defineActor('Counter', {
    initialState: () => ({ count: 0 }),
    events,
    evolve: { Counted: (state) => ({ count: state.count + 1 }) },
    commands: { count },
  })
  const withSnapshot = await openWorkplace(t, { actors: [Counter], store, clock })
  const without = await openWorkplace(t, { actors: [Plain], store, clock })

  assert.deepEqual([snapshot?.version, snapshot?.position, snapshot?.state], [6, 6, { count: 6 }])
  assert.deepEqual(await withSnapshot.system.state('Counter', '1'), { count: 8 })
  assert.deepEqual(await without.system.state('Counter', '1'), { count: 8 })
})

test('a snapshot spares the events before it', async (t) => {
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  for (let at = 0; at < 4; at++) await system.send(Counter, '1', 'count', {})
  await system.close()

  breaking.at = 2
  onEnd(t, () => {
    breaking.at = 0
  })
  const reopened = await openWorkplace(t, { actors: [Counter], store })

  assert.deepEqual(await reopened.system.state(Counter, '1'), { count: 4 })
})

test('a snapshot of another state version, or one evolve cannot go on from, is ignored', async (t) => {
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  for (let at = 0; at < 4; at++) await system.send(Counter, '1', 'count', {})
  await system.close()
  const strict = (version: number) =>
    defineActor('Counter', {
      initialState: () => ({ total: 0 }),
      events,
      evolve: {
        Counted: (state) => {
          if (state.total === undefined) throw new Error('not my state')
          return { total: state.total + 1 }
        },
      },
      commands: { count },
      snapshot: { everyEvents: 100, version },
    })

  const sameVersion = await openWorkplace(t, { actors: [strict(1)], store })
  const raisedVersion = await openWorkplace(t, { actors: [strict(2)], store })

  assert.deepEqual(await sameVersion.system.state('Counter', '1'), { total: 4 })
  assert.deepEqual(await raisedVersion.system.state('Counter', '1'), { total: 4 })
})

test('a snapshot is taken of a durable state only', async (t) => {
  const { system, store, holdCommits } = await openWorkplace(t, { actors: [Counter] })
  await system.state(Counter, '1')
  const commit = holdCommits()

  const sent = Array.from({ length: 7 }, () => system.send(Counter, '1', 'count', {}))
  await turns()
  const before = await store.readSnapshot('Counter-1')
  commit.resolve()
  await Promise.all(sent)
  await system.close()

  assert.equal(before, undefined)
  assert.equal((await store.readSnapshot('Counter-1'))?.version, 6)
})

test('a state that no snapshot can hold is noted once and harms nothing', async (t) => {
  const Odd = defineActor('Odd', {
    initialState: () => ({ seen: new Map<string, number>() }),
    events,
    evolve: { Counted: (state) => ({ seen: new Map(state.seen).set('n', state.seen.size) }) },
    commands: { count },
    snapshot: { everyEvents: 1 },
  })
  const { system } = await openWorkplace(t, { actors: [Odd] })

  for (let at = 0; at < 3; at++) await system.send(Odd, '1', 'count', {})
  await turns()

  const { snapshotFailures, snapshotsWritten } = system.status()
  assert.equal(snapshotsWritten, 0)
  assert.deepEqual(
    snapshotFailures.map(({ actor, error }) => [actor, (error as { code: string }).code]),
    [['Odd', 'DRAMATIS_EVENT_VALUE']],
  )
})

test('commands that come while an actor is activated run in order once it is', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })
  await system.close()
  const reopened = await openWorkplace(t, { store })

  const outcomes = await Promise.all([
    reopened.system.send(Account, '1', 'withdraw', { cents: 6 }),
    reopened.system.send(Account, '1', 'withdraw', { cents: 4 }),
    reopened.system.state(Account, '1'),
  ])

  assert.deepEqual(
    [outcomes[0].version, outcomes[1].version, (outcomes[2] as { cents: number }).cents],
    [2, 3, 0],
  )
})

test('an actor that cannot be read back fails fast until its next try, then recovers', async (t) => {
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  for (let at = 0; at < 2; at++) await system.send(Counter, '1', 'count', {})
  await system.close()
  breaking.at = 2
  onEnd(t, () => {
    breaking.at = 0
  })
  const { system: reopened, clock } = await openWorkplace(t, { actors: [Counter], store })

  const waiting = [
    reopened.send(Counter, '1', 'count', {}),
    reopened.send(Counter, '1', 'count', {}),
    reopened.state(Counter, '1'),
  ]
  const failures = await Promise.all(waiting.map(errorOf))
  const { recoveryFailures } = reopened.status()
  breaking.at = 0
  const early = await errorOf(reopened.send(Counter, '1', 'count', {}))
  clock.advance(100)
  const late = await reopened.send(Counter, '1', 'count', {})

  for (const failure of [...failures, early]) {
    assert.equal(failure.code, 'DRAMATIS_ACTIVATION_FAILED')
    assert.equal(failure.streamId, 'Counter-1')
    assert.equal(failure.cause.code, 'DRAMATIS_EVOLVE_FAILED')
  }
  assert.equal(recoveryFailures.length, 1)
  assert.deepEqual(recoveryFailures[0]?.retryAt, failures[0]?.retryAt)
  assert.equal(late.version, 3)
  assert.deepEqual(reopened.status().recoveryFailures, [])
})

test('the pause after a failed activation doubles', async (t) => {
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  await system.send(Counter, '1', 'count', {})
  await system.close()
  breaking.at = 1
  onEnd(t, () => {
    breaking.at = 0
  })
  const random = { next: () => 0.999_999 }
  const { system: reopened, clock } = await openWorkplace(t, { actors: [Counter], store, random })
  const pauses: number[] = []

  for (let attempt = 0; attempt < 4; attempt++) {
    const error = await errorOf(reopened.state(Counter, '1'))
    const pauseMs = error.retryAt.getTime() - clock.nowMs()
    pauses.push(pauseMs)
    clock.advance(pauseMs)
  }

  assert.deepEqual(pauses, [100, 200, 400, 800])
})

test('an event that the actor does not define is not skipped in silence', async (t) => {
  const { system, store } = await openWorkplace(t, { actors: [Counter] })
  await system.send(Counter, '1', 'count', {})
  await system.close()
  const Renamed = defineActor('Counter', {
    initialState: () => ({}),
    events: { Raised: defineEvent({}) },
    evolve: { Raised: (state) => state },
    commands: {},
  })
  const { system: reopened } = await openWorkplace(t, { actors: [Renamed], store })

  await assert.rejects(reopened.state('Counter', '1'), { code: 'DRAMATIS_ACTIVATION_FAILED' })
})

test('a command for an idle actor that was let go brings it back', async (t) => {
  const { system, clock } = await openWorkplace(t, { limits: { idleMs: 1_000 } })
  await system.send(Account, '1', 'deposit', { cents: 5 })
  const before = system.status().actorsResident

  clock.advance(2_000)
  const between = system.status()
  const receipt = await system.send(Account, '1', 'withdraw', { cents: 5 })

  assert.deepEqual([before, between.actorsResident, between.passivations], [1, 0, 1])
  assert.equal(receipt.version, 2)
})

test('an actor with work in flight is not let go, however long it takes', async (t) => {
  const { system, clock, holdCommits } = await openWorkplace(t, {
    limits: { idleMs: 1_000, actorsMax: 1 },
  })
  await system.state(Account, '1')
  const commit = holdCommits()
  const sent = system.send(Account, '1', 'deposit', { cents: 5 })

  clock.advance(5_000)
  const other = system.send(Account, '2', 'deposit', { cents: 5 })
  await assert.rejects(other, { code: 'DRAMATIS_OVERLOADED', limit: 'actorsMax', allowed: 1 })

  assert.equal(await stateOf(sent), 'pending')
  assert.equal(system.status().actorsResident, 1)
  commit.resolve()
  await sent
})

test('the least recently used idle actor makes room', async (t) => {
  const { system, store } = await openWorkplace(t, { limits: { actorsMax: 2 } })
  let reads: string[] = []
  const readStreamBatches = store.readStreamBatches.bind(store)
  store.readStreamBatches = (streamId, options) => {
    reads.push(streamId)
    return readStreamBatches(streamId, options)
  }
  await system.send(Account, '1', 'deposit', { cents: 1 })
  await system.send(Account, '2', 'deposit', { cents: 1 })
  await system.send(Account, '1', 'deposit', { cents: 1 })

  await system.send(Account, '3', 'deposit', { cents: 1 })
  reads = []
  await system.send(Account, '1', 'deposit', { cents: 1 })
  await system.send(Account, '2', 'deposit', { cents: 1 })

  assert.deepEqual(reads, ['Account-2'])
})
