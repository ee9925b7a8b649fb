import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { hashCommand } from '../../src/events/command-hash.js'
import { Account, openWorkplace, readAll, stateOf, turns } from './account.js'

test('a command is answered with a receipt of complete, frozen events', async (t) => {
  const { system, clock } = await openWorkplace(t)

  const receipt = await system.send(Account, '1', 'deposit', { cents: 5, reference: 'a' })

  const [event] = receipt.events
  assert.deepEqual(
    { ...receipt, events: receipt.events.length },
    { streamId: 'Account-1', version: 1, position: 1, events: 1, duplicate: false },
  )
  assert.equal(event?.id, 'Account-1@1')
  assert.equal(event?.type, 'Deposited')
  assert.deepEqual(event?.data, { cents: 5, reference: 'a' })
  assert.equal(event?.recordedAt.getTime(), clock.nowMs())
  assert.ok(Object.isFrozen(event) && Object.isFrozen(event?.data))
})

test('commands of one actor run one at a time, in the order in which they were sent', async (t) => {
  const { system, store } = await openWorkplace(t)

  const receipts = await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      system.send(Account, '1', 'deposit', { cents: 1, reference: `${at}` }),
    ),
  )

  assert.deepEqual(
    receipts.map((receipt) => receipt.version),
    Array.from({ length: 200 }, (_, at) => at + 1),
  )
  const recorded = await readAll(store, 'Account-1')
  assert.deepEqual(
    recorded.map((event) => (event.data as { reference: string }).reference),
    Array.from({ length: 200 }, (_, at) => `${at}`),
  )
})

test('sends of one turn share one commit', async (t) => {
  const { system } = await openWorkplace(t)
  await Promise.all([system.state(Account, '1'), system.state(Account, '2')])

  await Promise.all([
    system.send(Account, '1', 'deposit', { cents: 1 }),
    system.send(Account, '2', 'deposit', { cents: 1 }),
    system.send(Account, '1', 'withdraw', { cents: 1 }),
  ])

  assert.equal(system.status().commits, 1)
})

test('the next command runs on the speculative state, and receipts come in order', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })
  const commit = holdCommits()
  const order: string[] = []

  const first = system.send(Account, '1', 'withdraw', { cents: 10 })
  await turns()
  const second = system.send(Account, '1', 'deposit', { cents: 7 })
  const third = system.send(Account, '1', 'withdraw', { cents: 7 })
  for (const [name, sent] of Object.entries({ first, second, third })) {
    sent.then(
      () => order.push(name),
      () => order.push(`${name} failed`),
    )
  }
  const before = await stateOf(third)
  commit.resolve()
  const receipts = await Promise.all([first, second, third])

  assert.equal(before, 'pending')
  assert.deepEqual(order, ['first', 'second', 'third'])
  assert.deepEqual(
    receipts.map((receipt) => receipt.position),
    [2, 3, 4],
  )
})

test('a rejection waits for the commit it rests on', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })
  const commit = holdCommits()

  const withdrawal = system.send(Account, '1', 'withdraw', { cents: 10 })
  const rejected = system.send(Account, '1', 'withdraw', { cents: 10 })
  const held = await stateOf(rejected)
  commit.resolve()

  assert.equal(held, 'pending')
  await assert.rejects(rejected, {
    code: 'DRAMATIS_COMMAND_REJECTED',
    reason: 'INSUFFICIENT_FUNDS',
    detail: 'only 0',
  })
  await withdrawal
  assert.equal(system.status().rejected, 1)
})

test('a rejection that rests on nothing in flight comes at once', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  holdCommits()

  await assert.rejects(system.send(Account, '1', 'withdraw', { cents: 1 }), {
    reason: 'INSUFFICIENT_FUNDS',
  })
})

test('an empty decision and an answer of state() wait for the commits they rest on', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.state(Account, '1')
  const commit = holdCommits()

  const closing = system.send(Account, '1', 'settle', {})
  const again = system.send(Account, '1', 'settle', {})
  const state = system.state(Account, '1')
  const held = [await stateOf(again), await stateOf(state)]
  commit.resolve()

  assert.deepEqual(held, ['pending', 'pending'])
  assert.equal((await closing).version, 1)
  assert.deepEqual(await again, {
    streamId: 'Account-1',
    version: 1,
    position: 1,
    events: [],
    duplicate: false,
  })
  assert.equal(((await state) as { closed: boolean }).closed, true)
})

test('several events of one command are recorded together', async (t) => {
  const { system, published } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 3 })

  const receipt = await system.send(Account, '1', 'settle', {})

  assert.deepEqual(
    receipt.events.map((event) => event.type),
    ['Withdrawn', 'AccountClosed'],
  )
  assert.equal(receipt.version, 3)
  await turns()
  assert.deepEqual(
    published.map((event) => event.position),
    [1, 2, 3],
  )
})

test('expectedVersion is checked against the speculative version', async (t) => {
  const { system } = await openWorkplace(t)

  const created = system.send(Account, '1', 'deposit', { cents: 1 }, { expectedVersion: 'none' })
  const onto = system.send(Account, '1', 'deposit', { cents: 1 }, { expectedVersion: 1 })
  const stale = system.send(Account, '1', 'deposit', { cents: 1 }, { expectedVersion: 1 })
  const any = system.send(Account, '1', 'deposit', { cents: 1 }, { expectedVersion: 'any' })

  await assert.rejects(stale, {
    code: 'DRAMATIS_VERSION_CONFLICT',
    versionExpected: 1,
    versionActual: 2,
  })
  assert.deepEqual(
    (await Promise.all([created, onto, any])).map((receipt) => receipt.version),
    [1, 2, 3],
  )
})

test('metadata has the ids that were given, and defaults for the others', async (t) => {
  const { system } = await openWorkplace(t)
  const occurredAt = new Date(Date.UTC(2001, 1, 3))

  const plain = await system.send(Account, '1', 'deposit', { cents: 1 })
  const full = await system.send(
    Account,
    '1',
    'deposit',
    { cents: 1 },
    { commandId: 'c', correlationId: 'r', userId: 'u', metadata: { tenant: 't' }, occurredAt },
  )

  const { commandId, correlationId, causationId } = plain.events[0]!.metadata
  assert.equal(commandId.length, 26)
  assert.deepEqual([correlationId, causationId], [commandId, commandId])
  assert.deepEqual(full.events[0]!.metadata, {
    commandId: 'c',
    commandHash: hashCommand('deposit', { cents: 1 }),
    correlationId: 'r',
    causationId: 'c',
    userId: 'u',
    tenant: 't',
  })
  assert.deepEqual(full.events[0]!.occurredAt, occurredAt)
})

const stateless = { initialState: () => ({ count: 0 }) }

/** An actor whose decide and evolve do whatever a test puts into `behaviour`. */
const behaviour = {
  decide: (): unknown => [],
  evolve: (state: { count: number }): unknown => ({ count: state.count + 1 }),
}
const Unruly = defineActor('Unruly', {
  ...stateless,
  events: { Counted: defineEvent({ n: 'number|optional' }) },
  evolve: { Counted: (state) => behaviour.evolve(state) as { count: number } },
  commands: {
    act: { schema: {}, decide: () => behaviour.decide() as never },
    count: { schema: {}, decide: (_state, _command, { events }) => events.Counted({}) },
  },
})

const nonsense: readonly [string, () => unknown, string][] = [
  ['nothing', () => undefined, 'DRAMATIS_INVALID_DECISION'],
  ['null', () => null, 'DRAMATIS_INVALID_DECISION'],
  ['a string', () => 'Counted', 'DRAMATIS_INVALID_DECISION'],
  ['an object without a type', () => ({ data: {} }), 'DRAMATIS_INVALID_DECISION'],
  ['a list with a hole', () => [undefined], 'DRAMATIS_INVALID_DECISION'],
  ['a promise', () => Promise.resolve([]), 'DRAMATIS_INVALID_DECISION'],
  ['a promise that fails', () => Promise.reject(new Error('late')), 'DRAMATIS_INVALID_DECISION'],
  ["another actor's event", () => ({ type: 'Deposited', data: {} }), 'DRAMATIS_INVALID_DECISION'],
  [
    'a type named like a method',
    () => ({ type: 'toString', data: {} }),
    'DRAMATIS_INVALID_DECISION',
  ],
  ['a rejection without a reason', () => ({ rejected: '' }), 'DRAMATIS_INVALID_DECISION'],
  [
    'a list with a rejection after an event',
    () => [{ type: 'Counted', data: {} }, { rejected: 'X' }],
    'DRAMATIS_COMMAND_REJECTED',
  ],
  [
    'data that does not fit',
    () => ({ type: 'Counted', data: { n: 'x' } }),
    'DRAMATIS_SCHEMA_MISMATCH',
  ],
  [
    'data that nobody can record',
    () => ({ type: 'Counted', data: { n: () => 1 } }),
    'DRAMATIS_EVENT_VALUE',
  ],
]

for (const [what, decision, code] of nonsense) {
  test(`a decide that returns ${what} is refused with ${code} and harms nothing`, async (t) => {
    const { system, store } = await openWorkplace(t, { actors: [Unruly] })
    await system.send(Unruly, '1', 'count', {})
    behaviour.decide = decision

    await assert.rejects(system.send(Unruly, '1', 'act', {}), { code })

    assert.deepEqual(await system.state(Unruly, '1'), { count: 1 })
    assert.equal((await system.send(Unruly, '1', 'count', {})).version, 2)
    assert.equal((await readAll(store, 'Unruly-1')).length, 2)
  })
}

test('a decide that throws fails with its cause and harms nothing', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Unruly] })
  const cause = new Error('broken')
  behaviour.decide = () => {
    throw cause
  }

  await assert.rejects(system.send(Unruly, '1', 'act', {}), {
    code: 'DRAMATIS_DECIDE_FAILED',
    cause,
  })

  assert.equal((await system.send(Unruly, '1', 'count', {})).version, 1)
})

test('a decision whose properties throw when read is refused', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Unruly] })
  const hostile = {
    get type(): string {
      throw new Error('no')
    },
  }
  behaviour.decide = () => hostile

  await assert.rejects(system.send(Unruly, '1', 'act', {}), { code: 'DRAMATIS_INVALID_DECISION' })
})

const badEvolves: readonly [string, (state: { count: number }) => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('broken')
    },
  ],
  ['returns nothing', () => undefined],
  ['returns a promise', async (state) => state],
  [
    'changes the state in place',
    (state) => {
      state.count++
      return state
    },
  ],
]

for (const [what, evolve] of badEvolves) {
  test(`an evolve that ${what} writes nothing and leaves the state as it was`, async (t) => {
    const sound = (state: { count: number }): unknown => ({ count: state.count + 1 })
    behaviour.evolve = sound
    const { system, store } = await openWorkplace(t, { actors: [Unruly] })
    await system.send(Unruly, '1', 'count', {})

    behaviour.evolve = evolve
    const failing = system.send(Unruly, '1', 'count', {})
    await assert.rejects(failing, { code: 'DRAMATIS_EVOLVE_FAILED', type: 'Counted', version: 2 })
    behaviour.evolve = sound

    assert.deepEqual(await system.state(Unruly, '1'), { count: 1 })
    assert.equal((await readAll(store, 'Unruly-1')).length, 1)
    const next = await system.send(Unruly, '1', 'count', {})
    assert.deepEqual([next.version, next.position], [2, 2])
  })
}

test('a list or a rejection that throws when it is read is refused', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Unruly] })
  const broken = (): never => {
    throw new Error('no')
  }
  const list = new Proxy([{ type: 'Counted', data: {} }], { get: broken })
  const rejection = Object.defineProperty({ rejected: 'X' }, 'message', { get: broken })
  const sparse: unknown[] = []
  sparse.length = 2 ** 32 - 1

  for (const decision of [list, rejection]) {
    behaviour.decide = () => decision
    await assert.rejects(system.send(Unruly, '1', 'act', {}), { code: 'DRAMATIS_INVALID_DECISION' })
  }
  behaviour.decide = () => sparse
  await assert.rejects(system.send(Unruly, '1', 'act', {}), { limit: 'eventsPerCommandMax' })
})

test('the tools of decide are those of its command', async (t) => {
  const seen: { now: Date; same: boolean; aggregateId: string; commandId: string }[] = []
  const Clocked = defineActor('Clocked', {
    ...stateless,
    events: { Ticked: defineEvent({}) },
    evolve: { Ticked: (state) => state },
    commands: {
      tick: {
        schema: {},
        decide: (_state, _command, tools) => {
          const { now, aggregateId, metadata, events } = tools
          seen.push({ now, same: now === tools.now, aggregateId, commandId: metadata.commandId })
          return events.Ticked({})
        },
      },
    },
  })
  const { system, clock } = await openWorkplace(t, { actors: [Clocked] })

  await system.send(Clocked, 'x', 'tick', {}, { commandId: 'c1' })

  const now = new Date(clock.nowMs())
  assert.deepEqual(seen, [{ now, same: true, aggregateId: 'x', commandId: 'c1' }])
})

test('a state that was handed out cannot be changed', async (t) => {
  const { system } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 1, reference: 'a' })

  const state = (await system.state(Account, '1')) as { cents: number; references: string[] }

  assert.throws(() => {
    state.cents = 100
  }, TypeError)
  assert.throws(() => state.references.push('b'), TypeError)
})

test('a command sent from inside decide runs after it, and does no harm', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Unruly] })
  behaviour.evolve = (state) => ({ count: state.count + 1 })
  await system.state(Unruly, '1')
  let inner: Promise<unknown> = Promise.resolve()
  behaviour.decide = () => {
    inner = system.send(Unruly, '1', 'count', {})
    return { type: 'Counted', data: {} }
  }

  const outer = await system.send(Unruly, '1', 'act', {})

  assert.equal(outer.version, 1)
  assert.equal(((await inner) as { version: number }).version, 2)
})

test('a stream that somebody else wrote to is read back', async (t) => {
  const { system, store } = await openWorkplace(t)
  const first = await system.send(Account, '1', 'deposit', { cents: 1 })
  const { metadata } = first.events[0]!
  const event = { type: 'Withdrawn', schemaVersion: 1, data: { cents: 1 }, metadata }
  store.stage([{ aggregateType: 'Account', aggregateId: '1', expectedVersion: 1, events: [event] }])
  await store.commit()

  await assert.rejects(system.send(Account, '1', 'deposit', { cents: 1 }), {
    code: 'DRAMATIS_VERSION_CONFLICT',
  })

  assert.equal((await system.send(Account, '1', 'deposit', { cents: 5 })).version, 3)
  assert.equal(((await system.state(Account, '1')) as { cents: number }).cents, 5)
})
