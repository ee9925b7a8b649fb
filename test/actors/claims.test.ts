import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { ActorSystem } from '../../src/actors/actor-system.js'
import type { CommandToTransact } from '../../src/actors/transactions.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { onEnd } from '../support/scope.js'
import { openWorkplace, stateOf, turns, type Workplace, type WorkplaceOptions } from './account.js'
import { Customer } from './customer.js'

function openCustomers(t: TestContext, options: WorkplaceOptions = {}): Promise<Workplace> {
  return openWorkplace(t, { actors: [Customer], ...options })
}

function changeEmail(system: ActorSystem, id: string, email: string): Promise<unknown> {
  return system.send(Customer, id, 'changeEmail', { email })
}

function toChange(id: string, email: string): CommandToTransact {
  return { actor: Customer, aggregateId: id, command: 'changeEmail', payload: { email } }
}

test('a value that another actor holds is refused, and nothing is written', async (t) => {
  const { system, store } = await openCustomers(t)
  await changeEmail(system, '1', 'ann@example.com')

  const refused = changeEmail(system, '2', 'Ann@Example.com')

  await assert.rejects(refused, {
    code: 'DRAMATIS_CLAIM_TAKEN',
    claim: 'Customer.email',
    value: 'ann@example.com',
    owner: 'Customer-1',
    streamId: 'Customer-2',
  })
  assert.equal(store.head, 1)
  assert.deepEqual(await system.state(Customer, '2'), { email: null, phones: [] })
  const { rejected, failed, commandsInFlight } = system.status()
  assert.deepEqual([rejected, failed, commandsInFlight], [1, 0, 0])
})

test('the error does not show the value to whoever logs it', async (t) => {
  const { system } = await openCustomers(t)
  await changeEmail(system, '1', 'ann@example.com')

  const error = await changeEmail(system, '2', 'ann@example.com').catch((each: Error) => each)

  assert.doesNotMatch((error as Error).message, /ann/)
})

test('a value is free again once its actor has another one, or none', async (t) => {
  const { system } = await openCustomers(t)
  await changeEmail(system, '1', 'a')
  await changeEmail(system, '1', 'b')
  await changeEmail(system, '2', 'a')
  await system.send(Customer, '1', 'leave', {})

  await changeEmail(system, '3', 'b')

  const owners = ['a', 'b', 'c'].map((value) => system.claimOwner(Customer, 'email', value))
  assert.deepEqual(await Promise.all(owners), ['Customer-2', 'Customer-3', undefined])
})

test('each value of a list is claimed, and claims of different names do not meet', async (t) => {
  const { system } = await openCustomers(t)
  const change = (id: string, ...phones: string[]) =>
    system.send(Customer, id, 'changePhones', { phones })
  await change('1', '11', '12', '11')
  await change('1', '12', '13')

  await assert.rejects(change('2', '11', '13'), { code: 'DRAMATIS_CLAIM_TAKEN', value: '13' })
  await change('2', '11')
  await changeEmail(system, '2', '13')

  const owners = ['11', '12', '13'].map((value) => system.claimOwner(Customer, 'phone', value))
  assert.deepEqual(await Promise.all(owners), ['Customer-2', 'Customer-1', 'Customer-1'])
})

test('of many at once exactly one gets the value', async (t) => {
  const { system } = await openCustomers(t)

  const sent = Array.from({ length: 50 }, (_, id) => changeEmail(system, `${id}`, 'same'))
  const settled = await Promise.allSettled(sent)

  assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(system.status().rejected, 49)
})

test('a refusal waits until the claim that it rests on is durable', async (t) => {
  const { system, holdCommits } = await openCustomers(t)
  await Promise.all(['1', '2', '3'].map((id) => system.state(Customer, id)))
  const commit = holdCommits()

  const taking = changeEmail(system, '1', 'a')
  await turns()
  const refused = changeEmail(system, '2', 'a')
  const refusedToo = changeEmail(system, '3', 'a')
  const codes = [refused, refusedToo].map((each) => each.catch((error) => error.code))
  const before = await stateOf(codes[0]!)
  commit.resolve()

  assert.deepEqual(await Promise.all(codes), ['DRAMATIS_CLAIM_TAKEN', 'DRAMATIS_CLAIM_TAKEN'])
  await taking
  assert.equal(before, 'pending')
})

test('when the claim that it rests on is lost, a refusal is none', async (t) => {
  const { system, holdCommits } = await openCustomers(t)
  await Promise.all(['1', '2'].map((id) => system.state(Customer, id)))
  const commit = holdCommits()

  const taking = changeEmail(system, '1', 'a')
  await turns()
  const refused = changeEmail(system, '2', 'a')
  const codes = [taking, refused].map((each) => each.catch((error) => error.code))
  commit.reject(new Error('disk on fire'))

  assert.deepEqual(await Promise.all(codes), ['DRAMATIS_COMMIT_UNKNOWN', 'DRAMATIS_STORE_STOPPED'])
  await turns()
  await changeEmail(system, '2', 'a')
  await assert.rejects(changeEmail(system, '1', 'a'), { owner: 'Customer-2' })
})

test('two actors can swap their values in one transaction, and in no other way', async (t) => {
  const { system } = await openCustomers(t)
  await system.transact([toChange('1', 'a'), toChange('2', 'b')])

  await assert.rejects(changeEmail(system, '1', 'b'), { code: 'DRAMATIS_CLAIM_TAKEN' })
  await assert.rejects(system.transact([toChange('3', 'c'), toChange('4', 'c')]), {
    code: 'DRAMATIS_CLAIM_TAKEN',
    owner: 'Customer-3',
  })
  await system.transact([toChange('1', 'b'), toChange('2', 'a')])

  const owners = ['a', 'b', 'c'].map((value) => system.claimOwner(Customer, 'email', value))
  assert.deepEqual(await Promise.all(owners), ['Customer-2', 'Customer-1', undefined])
})

test('a claim that is not of the actor is refused with the names of those that are', async (t) => {
  const { system } = await openCustomers(t)

  await assert.rejects(system.claimOwner(Customer, 'mail', 'a'), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    message: /email, phone/,
  })
})

const badValues: readonly [string, unknown][] = [
  ['nothing', undefined],
  ['a number', 7],
  ['an empty text', ''],
  ['a long text', 'x'.repeat(1_001)],
  ['half a character', '\ud800'],
  ['a list with null', ['a', null]],
  ['a long list', Array.from({ length: 101 }, (_, at) => `${at}`)],
  ['a promise', Promise.resolve('a')],
]

for (const [what, value] of badValues) {
  test(`a claim that is ${what} fails its command, and the actor goes on`, async (t) => {
    let isBad = true
    const Odd = defineActor('Odd', {
      initialState: () => ({ count: 0 }),
      events: { Bumped: defineEvent({}) },
      evolve: { Bumped: ({ count }) => ({ count: count + 1 }) },
      commands: { bump: { schema: {}, decide: (_s, _c, { events }) => events.Bumped({}) } },
      unique: { odd: ({ count }) => (count === 2 && isBad ? (value as never) : `${count}`) },
    })
    const { system, store } = await openWorkplace(t, { actors: [Odd] })
    await system.send(Odd, '1', 'bump', {})

    await assert.rejects(system.send(Odd, '1', 'bump', {}), {
      code: 'DRAMATIS_INVALID_CLAIM',
      claim: 'Odd.odd',
      streamId: 'Odd-1',
    })
    isBad = false

    assert.equal(store.head, 1)
    assert.equal((await system.send(Odd, '1', 'bump', {})).version, 2)
    assert.equal(await system.claimOwner(Odd, 'odd', '2'), 'Odd-1')
  })
}

test('claims hold whatever was let go, and whatever began from a snapshot', async (t) => {
  const { system } = await openCustomers(t, { limits: { actorsMax: 1 } })
  for (const email of ['a', 'b', 'c', 'd']) await changeEmail(system, '1', email)
  await changeEmail(system, '2', 'e')

  await assert.rejects(changeEmail(system, '3', 'd'), { owner: 'Customer-1' })
  await changeEmail(system, '1', 'f')
  await changeEmail(system, '3', 'd')

  assert.equal(await system.claimOwner(Customer, 'email', 'd'), 'Customer-3')
})

/** The same customers before they had claims. */
const { unique: _, ...rest } = Customer
const Careless = Object.freeze({ ...rest, unique: {} }) as unknown as typeof Customer

async function openWithHistory(
  t: TestContext,
  emails: readonly string[],
  definition: typeof Customer = Careless,
): Promise<Workplace> {
  const store = await openMemoryEventStore({ clock: new ManualClock() })
  onEnd(t, () => store.close())
  const before = await openWorkplace(t, { store, actors: [definition] })
  for (const [id, email] of emails.entries()) {
    await before.system.send(definition, `${id}`, 'changeEmail', { email })
  }
  await before.system.close()
  return openCustomers(t, { store })
}

test('claims of actors with a history are made by a rebuild, and conflicts are told', async (t) => {
  const { system } = await openWithHistory(t, ['a', 'b', 'A', 'c'])
  const before = await system.claimOwner(Customer, 'email', 'a')

  const rebuilt = await system.rebuildClaims(Customer)
  const again = await system.rebuildClaims(Customer)

  assert.equal(before, undefined)
  assert.deepEqual(rebuilt, {
    actors: 4,
    released: 0,
    conflictsTotal: 1,
    conflicts: [
      { claim: 'Customer.email', value: 'a', owner: 'Customer-0', streamId: 'Customer-2' },
    ],
  })
  assert.deepEqual(again, rebuilt)
  await assert.rejects(changeEmail(system, '9', 'c'), { owner: 'Customer-3' })
})

test('what is claimed no longer, because the function changed, is released by a rebuild', async (t) => {
  const unique = { ...Customer.unique, email: (state: { email: string | null }) => state.email }
  const CaseSensitive = Object.freeze({ ...Customer, unique }) as unknown as typeof Customer
  const { system } = await openWithHistory(t, ['Ann', 'bob'], CaseSensitive)
  const before = await system.claimOwner(Customer, 'email', 'Ann')

  const { released, conflictsTotal } = await system.rebuildClaims(Customer)

  assert.deepEqual([before, released, conflictsTotal], ['Customer-0', 1, 0])
  assert.equal(await system.claimOwner(Customer, 'email', 'Ann'), undefined)
  assert.equal(await system.claimOwner(Customer, 'email', 'ann'), 'Customer-0')
})

test('commands go on while claims are rebuilt, and none of them gets a value twice', async (t) => {
  const emails = Array.from({ length: 200 }, (_, id) => `m${id}`)
  const { system } = await openWithHistory(t, emails)

  const rebuilding = system.rebuildClaims(Customer)
  const sent = [5, 6, 7].map((id) => changeEmail(system, `${id}`, `other${id}`))
  await Promise.all([rebuilding, ...sent])

  assert.equal((await rebuilding).conflictsTotal, 0)
  assert.equal(await system.claimOwner(Customer, 'email', 'm5'), undefined)
  assert.equal(await system.claimOwner(Customer, 'email', 'other5'), 'Customer-5')
})

test('there is nothing to rebuild for an actor without claims', async (t) => {
  const { system } = await openWorkplace(t, { actors: [Careless] })

  await assert.rejects(system.rebuildClaims(Careless), { code: 'DRAMATIS_INVALID_ARGUMENT' })
})

interface Change {
  readonly id: number
  readonly email: string
  readonly turns: number
}

const change: fc.Arbitrary<Change> = fc.record({
  id: fc.nat(4),
  email: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  turns: fc.nat(2),
})

test('whatever is sent in whatever pace, claims are those of a model that runs one by one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 40 }),
      fc.boolean(),
      async (changes, isSmall) => {
        const ends: (() => unknown)[] = []
        const t = { after: (end: () => unknown) => ends.push(end) } as never
        const limits = isSmall ? { commitEventsMax: 1 } : {}
        const { system } = await openCustomers(t, { limits, commitTurns: 1 })
        const ids = ['0', '1', '2', '3', '4']
        // In memory from the start: then commands run in the order in which they are sent.
        await Promise.all(ids.map((id) => system.state(Customer, id)))
        const emails = new Map<number, string>()

        const expected: boolean[] = []
        const sent: Promise<boolean>[] = []
        for (const { id, email, turns: pause } of changes) {
          const isTaken = [...emails].some(([other, held]) => other !== id && held === email)
          expected.push(!isTaken)
          if (!isTaken) emails.set(id, email)
          sent.push(
            changeEmail(system, `${id}`, email).then(
              () => true,
              () => false,
            ),
          )
          await turns(isSmall ? 6 : pause)
        }
        const outcomes = await Promise.all(sent)
        const owners = await Promise.all(
          ['a', 'b', 'c', 'd', 'e'].map((email) => system.claimOwner(Customer, 'email', email)),
        )
        for (const end of ends.reverse()) await end()

        assert.deepEqual(outcomes, expected)
        const held = new Map([...emails].map(([id, email]) => [email, `Customer-${id}`]))
        assert.deepEqual(
          owners,
          ['a', 'b', 'c', 'd', 'e'].map((email) => held.get(email)),
        )
      },
    ),
    { numRuns: 60 },
  )
})
