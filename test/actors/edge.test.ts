import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import type { ActorLimits } from '../../src/actors/limits.js'
import { onEnd } from '../support/scope.js'
import { Account, openWorkplace, readAll, stateOf, turns } from './account.js'

test('an unknown actor or command is refused with the names that are known', async (t) => {
  const { system } = await openWorkplace(t)

  await assert.rejects(system.send('Acount', '1', 'deposit', {}), {
    code: 'DRAMATIS_UNKNOWN_ACTOR',
    known: ['Account'],
  })
  await assert.rejects(system.send({ ...Account }, '1', 'deposit', {}), {
    code: 'DRAMATIS_UNKNOWN_ACTOR',
  })
  await assert.rejects(system.send(Account, '1', 'toString', {}), {
    code: 'DRAMATIS_UNKNOWN_COMMAND',
    known: ['deposit', 'withdraw', 'settle'],
  })
  await assert.rejects(system.state(undefined as never, '1'), { code: 'DRAMATIS_UNKNOWN_ACTOR' })
})

const hostileIds: readonly unknown[] = [
  '',
  'a'.repeat(513),
  'é'.repeat(300),
  'a\0b',
  '\ud800',
  7,
  null,
  undefined,
  Symbol('id'),
  { toString: () => '1' },
]

for (const [at, id] of hostileIds.entries()) {
  test(`hostile id ${at} is refused and leaves nothing behind`, async (t) => {
    const { system } = await openWorkplace(t)

    const sent = system.send(Account, id as string, 'deposit', { cents: 1 })

    await assert.rejects(sent, { code: 'DRAMATIS_INVALID_ID' })
    await assert.rejects(system.state(Account, id as string), { code: 'DRAMATIS_INVALID_ID' })
    const { commandsInFlight, actorsResident } = system.status()
    assert.deepEqual([commandsInFlight, actorsResident], [0, 0])
  })
}

test('ids with dashes, slashes and other scripts name streams of their own', async (t) => {
  const { system, store } = await openWorkplace(t)
  const ids = ['a-b', 'a', '-', '../x', 'ключ', '__proto__', 'constructor']

  for (const id of ids) await system.send(Account, id, 'deposit', { cents: 1 })

  for (const id of ids) assert.equal((await readAll(store, `Account-${id}`)).length, 1)
})

function cyclic(): object {
  const value: Record<string, unknown> = { cents: 1 }
  value.self = value
  return value
}

const hostilePayloads: readonly [string, unknown, string][] = [
  ['nothing', undefined, 'DRAMATIS_EVENT_VALUE'],
  ['a list', [], 'DRAMATIS_EVENT_VALUE'],
  ['a class instance', new (class Money {})(), 'DRAMATIS_EVENT_VALUE'],
  ['a cycle', cyclic(), 'DRAMATIS_EVENT_VALUE'],
  ['a key named __proto__', JSON.parse('{"cents":1,"__proto__":{}}'), 'DRAMATIS_EVENT_VALUE'],
  [
    'a getter that throws',
    {
      get cents(): number {
        throw new Error('no')
      },
    },
    'DRAMATIS_EVENT_VALUE',
  ],
  ['not a number', { cents: Number.NaN }, 'DRAMATIS_EVENT_VALUE'],
  ['a missing field', {}, 'DRAMATIS_SCHEMA_MISMATCH'],
  ['an unknown field', { cents: 1, sense: 1 }, 'DRAMATIS_SCHEMA_MISMATCH'],
  ['a wrong type', { cents: '1' }, 'DRAMATIS_SCHEMA_MISMATCH'],
]

for (const [what, payload, code] of hostilePayloads) {
  test(`a payload that is or has ${what} is refused with ${code}`, async (t) => {
    const { system } = await openWorkplace(t)

    await assert.rejects(system.send(Account, '1', 'deposit', payload), { code })

    assert.equal(system.status().failed, 1)
  })
}

test("the caller's payload is neither changed nor kept", async (t) => {
  const { system } = await openWorkplace(t)
  const payload = { cents: 1, reference: 'a' }

  const sent = system.send(Account, '1', 'deposit', payload)
  payload.reference = 'b'
  const receipt = await sent

  assert.deepEqual(receipt.events[0]?.data, { cents: 1, reference: 'a' })
  assert.ok(!Object.isFrozen(payload))
})

const badOptions: readonly [object, string][] = [
  [{ comandId: 'x' }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ commandId: '' }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ commandId: 'x'.repeat(1_001) }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ correlationId: '\udc00' }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ userId: 7 }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ metadata: { userId: 'x' } }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ metadata: { commandId: 'x' } }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ metadata: { commandHash: 'x' } }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ metadata: { tenant: undefined } }, 'DRAMATIS_EVENT_VALUE'],
  [{ metadata: [] }, 'DRAMATIS_EVENT_VALUE'],
  [{ expectedVersion: -1 }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ expectedVersion: 1.5 }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ expectedVersion: 'some' }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ occurredAt: new Date(Number.NaN) }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ occurredAt: '2026-01-01' }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ signal: {} }, 'DRAMATIS_INVALID_ARGUMENT'],
  [{ timeoutMs: 0 }, 'DRAMATIS_INVALID_ARGUMENT'],
]

for (const [options, code] of badOptions) {
  test(`options ${JSON.stringify(options).slice(0, 60)} are refused with ${code}`, async (t) => {
    const { system } = await openWorkplace(t)

    await assert.rejects(system.send(Account, '1', 'deposit', { cents: 1 }, options), { code })

    await assert.rejects(system.send(Account, '1', 'deposit', { cents: 1 }, null as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

const bounds: readonly [Partial<ActorLimits>, string][] = [
  [{ mailboxDepthMax: 3 }, 'mailboxDepthMax'],
  [{ commandsInFlightMax: 3 }, 'commandsInFlightMax'],
]

for (const [limits, limit] of bounds) {
  test(`beyond ${limit} a command is refused at once, and the others go on`, async (t) => {
    const { system } = await openWorkplace(t, { limits })

    const sent = [1, 2, 3, 4].map(() => system.send(Account, '1', 'deposit', { cents: 1 }))

    await assert.rejects(sent[3]!, {
      code: 'DRAMATIS_OVERLOADED',
      limit,
      allowed: 3,
      found: 4,
      streamId: 'Account-1',
    })
    assert.equal((await Promise.all(sent.slice(0, 3))).length, 3)
    assert.equal((await system.send(Account, '1', 'deposit', { cents: 1 })).version, 4)
  })
}

test('a command that decides more than eventsPerCommandMax writes nothing', async (t) => {
  const { system } = await openWorkplace(t, { limits: { eventsPerCommandMax: 1 } })
  await system.send(Account, '1', 'deposit', { cents: 1 })

  await assert.rejects(system.send(Account, '1', 'settle', {}), {
    code: 'DRAMATIS_OVERLOADED',
    limit: 'eventsPerCommandMax',
    found: 2,
  })

  assert.equal(((await system.state(Account, '1')) as { cents: number }).cents, 1)
})

test('commands beyond commitEventsMax wait for the next group, in order', async (t) => {
  const { system, published } = await openWorkplace(t, { limits: { commitEventsMax: 4 } })
  await Promise.all([system.state(Account, '1'), system.state(Account, '2')])

  const receipts = await Promise.all(
    Array.from({ length: 21 }, (_, at) =>
      system.send(Account, at % 2 === 0 ? '1' : '2', 'deposit', { cents: 1, reference: `${at}` }),
    ),
  )

  assert.ok(system.status().commits >= 6)
  assert.deepEqual(
    receipts.map((receipt) => receipt.version),
    Array.from({ length: 21 }, (_, at) => Math.floor(at / 2) + 1),
  )
  await turns()
  assert.deepEqual(
    published.map((event) => event.position),
    Array.from({ length: 21 }, (_, at) => at + 1),
  )
})

test('limits are checked when the system is created', async (t) => {
  await assert.rejects(openWorkplace(t, { limits: { actorsMax: 0 } }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    argument: 'limits.actorsMax',
  })
  await assert.rejects(openWorkplace(t, { limits: { actorMax: 1 } as never }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
  })
})

test('closing answers what was taken and refuses what comes after', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.state(Account, '1')
  const commit = holdCommits()

  const taken = system.send(Account, '1', 'deposit', { cents: 1 })
  const activating = system.send(Account, '2', 'deposit', { cents: 1 })
  const closing = system.close()
  const late = assert.rejects(system.send(Account, '1', 'deposit', { cents: 1 }), {
    code: 'DRAMATIS_CLOSED',
  })
  const before = await stateOf(closing)
  commit.resolve()
  await closing

  await late
  await assert.rejects(system.state(Account, '1'), { code: 'DRAMATIS_CLOSED' })
  assert.equal(before, 'pending')
  assert.deepEqual([(await taken).version, (await activating).version], [1, 1])
  assert.equal(system.status().phase, 'closed')
})

test('closing is bounded: past its deadline everything left is answered', async (t) => {
  const { system, clock, holdCommits } = await openWorkplace(t, { limits: { commitEventsMax: 1 } })
  await system.state(Account, '1')
  const commit = holdCommits()
  const sent = [1, 2, 3].map(() => system.send(Account, '1', 'deposit', { cents: 1 }))
  await turns()

  const closing = system.close(1_000)
  await turns()
  clock.advance(1_000)
  await closing
  const codes = await Promise.all(sent.map((each) => each.catch((error) => error.code)))

  assert.deepEqual(codes, ['DRAMATIS_COMMIT_UNKNOWN', 'DRAMATIS_COMMIT_UNKNOWN', 'DRAMATIS_CLOSED'])
  commit.resolve()
  await turns()
})

test('closing twice is closing once', async (t) => {
  const { system } = await openWorkplace(t)

  assert.equal(system.close(), system.close())

  await system.close()
})

test('commands are published to whoever watches', async (t) => {
  const { system } = await openWorkplace(t)
  const messages: Record<string, unknown>[] = []
  const listener = (message: unknown): void => {
    messages.push(message as Record<string, unknown>)
  }
  subscribe('dramatis:command', listener)
  onEnd(t, () => unsubscribe('dramatis:command', listener))

  await system.send(Account, '1', 'deposit', { cents: 1 }, { commandId: 'c1' })
  await system.send(Account, '1', 'withdraw', { cents: 9 }, { commandId: 'c2' }).catch(() => {})

  const shared = { aggregateType: 'Account', aggregateId: '1', duplicate: false, durationMs: 0 }
  assert.deepEqual(messages, [
    { ...shared, command: 'deposit', commandId: 'c1', outcome: 'accepted', events: 1 },
    {
      ...shared,
      command: 'withdraw',
      commandId: 'c2',
      outcome: 'rejected',
      reason: 'INSUFFICIENT_FUNDS',
      events: 0,
    },
  ])
})
