import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CommandToTransact } from '../../src/actors/transactions.js'
import { Account, type AccountState, openWorkplace, readAll, turns } from './account.js'
import { centsOf, deposit, withdraw } from './transfers.js'

test('commands of several actors are recorded together, and answered in their order', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })

  const receipts = await system.transact([deposit('2', 4), withdraw('1', 4)])

  assert.deepEqual(
    receipts.map(({ streamId, version, position }) => [streamId, version, position]),
    [
      ['Account-2', 1, 2],
      ['Account-1', 2, 3],
    ],
  )
  assert.deepEqual(receipts[0]?.events, await readAll(store, 'Account-2'))
  assert.deepEqual(await centsOf(system, '1', '2'), [6, 4])
  assert.equal(system.status().commits, 2)
})

test('one rejection refuses all, names its command, and nothing is written', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })

  const refused = system.transact([deposit('2', 40), withdraw('1', 40), deposit('3', 1)])

  await assert.rejects(refused, {
    code: 'DRAMATIS_COMMAND_REJECTED',
    streamId: 'Account-1',
    command: 'withdraw',
    reason: 'INSUFFICIENT_FUNDS',
  })
  assert.equal(store.head, 1)
  assert.deepEqual(await centsOf(system, '1', '2', '3'), [10, 0, 0])
  assert.equal(system.status().commandsInFlight, 0)
})

test('every expected version is checked, and one that is stale refuses all', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.transact([deposit('1', 10), deposit('2', 10)])

  const expected = { expectedVersion: 1 }
  const fresh = await system.transact([deposit('1', 1, expected), deposit('2', 1, expected)])
  const stale = system.transact([
    deposit('1', 1, { expectedVersion: 2 }),
    deposit('2', 1, expected),
  ])

  await assert.rejects(stale, { code: 'DRAMATIS_VERSION_CONFLICT', streamId: 'Account-2' })
  assert.deepEqual(
    fresh.map(({ version }) => version),
    [2, 2],
  )
  assert.equal(store.head, 4)
})

test('commands sent before and after run before and after, on each of its actors', async (t) => {
  const { system } = await openWorkplace(t)
  const note = (id: string, reference: string) =>
    system.send(Account, id, 'deposit', { cents: 1, reference })

  const all = [
    note('1', 'before'),
    system.transact([deposit('1', 1), deposit('2', 1)]),
    note('1', 'after'),
    note('2', 'after'),
  ]
  await Promise.all(all)

  const states = await Promise.all(['1', '2'].map((id) => system.state(Account, id)))
  assert.deepEqual(
    states.map((state) => (state as AccountState).references),
    [
      ['before', 'none', 'after'],
      ['none', 'after'],
    ],
  )
})

test('transactions that meet in opposite orders run one after the other', async (t) => {
  const { system } = await openWorkplace(t)
  const ids = ['1', '2', '3']
  await system.transact(ids.map((id) => deposit(id, 1_000)))

  const moves = Array.from({ length: 60 }, (_, at) => {
    const [from, to] = [ids[at % 3]!, ids[(at + 1 + (at % 2)) % 3]!]
    return system.transact([withdraw(from, 1), deposit(to, 1)])
  })
  await Promise.all(moves)

  const cents = await centsOf(system, ...ids)
  assert.equal(
    cents.reduce((sum, each) => sum + each, 0),
    3_000,
  )
})

test('a transaction over too many actors is refused whole', async (t) => {
  const { system, store } = await openWorkplace(t, { limits: { transactActorsMax: 2 } })

  const refused = system.transact(['1', '2', '3'].map((id) => deposit(id, 1)))

  await assert.rejects(refused, {
    code: 'DRAMATIS_OVERLOADED',
    limit: 'transactActorsMax',
    allowed: 2,
    found: 3,
  })
  assert.equal(store.head, 0)
  assert.deepEqual([system.status().actorsResident, system.status().failed], [0, 1])
  assert.equal((await system.transact([deposit('1', 1), deposit('2', 1)])).length, 2)
})

const badTransactions: readonly [string, unknown, object, string][] = [
  ['no list', 'x', {}, 'DRAMATIS_INVALID_ARGUMENT'],
  ['an empty list', [], {}, 'DRAMATIS_INVALID_ARGUMENT'],
  ['no command', [null], {}, 'DRAMATIS_INVALID_ARGUMENT'],
  ['one actor twice', [deposit('1', 1), deposit('1', 2)], {}, 'DRAMATIS_INVALID_ARGUMENT'],
  ['an unknown actor', [{ ...deposit('1', 1), actor: 'X' }], {}, 'DRAMATIS_UNKNOWN_ACTOR'],
  ['an unknown command', [{ ...deposit('1', 1), command: 'x' }], {}, 'DRAMATIS_UNKNOWN_COMMAND'],
  ['a bad id', [deposit('1', 1), deposit('', 1)], {}, 'DRAMATIS_INVALID_ID'],
  ['a bad payload', [deposit('1', 1), deposit('2', -1)], {}, 'DRAMATIS_SCHEMA_MISMATCH'],
  ['a bad version', [deposit('1', 1, { expectedVersion: -1 })], {}, 'DRAMATIS_INVALID_ARGUMENT'],
  ['a misspelt option', [deposit('1', 1, { signal: null })], {}, 'DRAMATIS_INVALID_ARGUMENT'],
  ['an option of one', [deposit('1', 1)], { expectedVersion: 1 }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['a bad commandId', [deposit('1', 1)], { commandId: '' }, 'DRAMATIS_INVALID_ARGUMENT'],
  ['options that are null', [deposit('1', 1)], null as never, 'DRAMATIS_INVALID_ARGUMENT'],
]

for (const [what, commands, options, code] of badTransactions) {
  test(`a transaction with ${what} is refused with ${code} and leaves nothing`, async (t) => {
    const { system, store } = await openWorkplace(t)

    await assert.rejects(system.transact(commands as never, options), { code })

    const { commandsInFlight, actorsResident } = system.status()
    assert.deepEqual([commandsInFlight, actorsResident, store.head], [0, 0, 0])
  })
}

test('beyond commandsInFlightMax or mailboxDepthMax a transaction is refused whole', async (t) => {
  const limits = { commandsInFlightMax: 5, mailboxDepthMax: 2 }
  const { system } = await openWorkplace(t, { limits })
  const sent = [1, 2].map((cents) => system.send(Account, '1', 'deposit', { cents }))

  const full = system.transact([deposit('2', 1), deposit('1', 1)])
  const many = system.transact(['2', '3', '4', '5'].map((id) => deposit(id, 1)))

  await assert.rejects(full, { limit: 'mailboxDepthMax', streamId: 'Account-1' })
  await assert.rejects(many, { limit: 'commandsInFlightMax' })
  await Promise.all(sent)
  assert.deepEqual(await centsOf(system, '1', '2'), [3, 0])
})

test('repeated under its commandId, it gets its receipts and records nothing', async (t) => {
  const { system, store } = await openWorkplace(t)
  const named = { commandId: 'move-1' }
  const move = [deposit('1', 5), deposit('2', 5)]

  const [first, atOnce] = await Promise.all([
    system.transact(move, named),
    system.transact(move, named),
  ])
  const later = await system.transact(move, named)

  for (const repeated of [atOnce, later]) {
    assert.deepEqual(
      repeated,
      first.map((receipt) => ({ ...receipt, duplicate: true })),
    )
  }
  assert.equal(store.head, 2)
  assert.equal(first[0]?.events[0]?.metadata.commandId, 'move-1#0')
  assert.equal(first[1]?.events[0]?.metadata.correlationId, 'move-1')
})

test('a repeat is recognised after all of its actors were let go', async (t) => {
  const { system, store } = await openWorkplace(t, { limits: { actorsMax: 2 } })
  const move = [deposit('1', 5), deposit('2', 5)]
  const first = await system.transact(move, { commandId: 'move-1' })
  await system.transact([deposit('3', 1), deposit('4', 1)])

  const repeated = await system.transact(move, { commandId: 'move-1' })

  assert.deepEqual(
    repeated,
    first.map((receipt) => ({ ...receipt, duplicate: true })),
  )
  assert.equal(store.head, 4)
})

test('a repeat is recognised while any of its actors remembers it', async (t) => {
  const { system } = await openWorkplace(t, { limits: { commandWindowEvents: 2 } })
  const move = [deposit('1', 5), deposit('2', 5)]
  await system.transact(move, { commandId: 'move-1' })
  for (let times = 0; times < 3; times++) await system.send(Account, '1', 'deposit', { cents: 1 })

  const [forgotten, remembered] = await system.transact(move, { commandId: 'move-1' })

  assert.deepEqual([forgotten?.version, forgotten?.events, forgotten?.duplicate], [4, [], true])
  assert.equal(remembered?.events[0]?.id, 'Account-2@1')
})

const otherContents: readonly [string, readonly CommandToTransact[]][] = [
  ['another payload', [deposit('1', 5), deposit('2', 6)]],
  ['another actor', [deposit('1', 5), deposit('3', 5)]],
  ['fewer commands', [deposit('1', 5)]],
  ['one more command', [deposit('1', 5), deposit('2', 5), deposit('3', 5)]],
  ['another command', [deposit('1', 5), withdraw('2', 5)]],
]

for (const [what, commands] of otherContents) {
  test(`${what} under the same commandId is refused, and nothing is written`, async (t) => {
    const { system, store } = await openWorkplace(t)
    await system.transact([deposit('1', 5), deposit('2', 5)], { commandId: 'move-1' })

    const other = system.transact(commands, { commandId: 'move-1' })

    await assert.rejects(other, { code: 'DRAMATIS_COMMAND_ID_REUSED' })
    assert.equal(store.head, 2)
    assert.deepEqual(await centsOf(system, '1', '2', '3'), [5, 5, 0])
  })
}

test('one that decided nothing is not recorded, with receipts of where its actors are', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.transact([deposit('1', 5), deposit('2', 5)])
  const settle = (id: string) => ({ ...deposit(id, 1), command: 'settle', payload: {} })
  await system.transact([settle('1'), settle('2')])

  const [nothing, something] = await system.transact([settle('1'), deposit('3', 1)])

  assert.deepEqual([nothing?.events, nothing?.version, nothing?.duplicate], [[], 3, false])
  assert.equal(something?.version, 1)
  assert.equal(store.head, 7)
})

/** What the property does: a move between accounts, alone or as one transaction. */
interface Step {
  readonly from: number
  readonly to: readonly number[]
  readonly cents: number
  readonly turns: number
}

const step: fc.Arbitrary<Step> = fc.record({
  from: fc.nat(3),
  to: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
  cents: fc.integer({ min: 1, max: 30 }),
  turns: fc.nat(2),
})

test('whatever moves at once, no money comes or goes, and refusals change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, isSmall) => {
      const ends: (() => unknown)[] = []
      const limits = isSmall ? { commitEventsMax: 1, actorsMax: 6 } : {}
      const t = { after: (end: () => unknown) => ends.push(end) } as never
      const { system, store } = await openWorkplace(t, { limits, commitTurns: 1 })
      const ids = ['0', '1', '2', '3']
      await system.transact(ids.map((id) => deposit(id, 50)))

      const sent: Promise<number>[] = []
      for (const { from, to, cents, turns: pause } of steps) {
        const others = to.filter((each) => each !== from)
        if (others.length === 0) continue
        const commands = [
          ...others.map((each) => deposit(`${each}`, cents)),
          withdraw(`${from}`, cents * others.length),
        ]
        const count = commands.length
        sent.push(
          system.transact(commands).then(
            () => count,
            () => 0,
          ),
        )
        await turns(pause)
      }
      const recorded = (await Promise.all(sent)).reduce((sum, each) => sum + each, 0)
      const cents = await centsOf(system, ...ids)
      for (const end of ends.reverse()) await end()

      assert.equal(
        cents.reduce((sum, each) => sum + each, 0),
        200,
      )
      assert.ok(cents.every((each) => each >= 0))
      assert.equal(store.head, 4 + recorded)
    }),
    { numRuns: 60 },
  )
})
