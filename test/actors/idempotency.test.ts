/**
 * Commands that their caller names: a repeat gets the receipt of the first one, whatever happened since.
 */

import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Receipt } from '../../src/actors/command.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { onEnd } from '../support/scope.js'
import { Account, openWorkplace, readAll, stateOf, turns } from './account.js'
import { assertRepeats, contentOf, outcomeOf } from './repeats.js'

const deposited = { cents: 5, reference: 'r' }
const named = { commandId: 'c1' }

test('a repeated command gets the receipt of the first one, and nothing is written', async (t) => {
  const { system, store } = await openWorkplace(t)

  const original = await system.send(Account, '1', 'deposit', deposited, named)
  await system.send(Account, '1', 'withdraw', { cents: 1 })
  const repeat = await system.send(Account, '1', 'deposit', deposited, named)

  assertRepeats(repeat, original)
  assert.equal((await readAll(store, 'Account-1')).length, 2)
  assert.deepEqual(await system.state(Account, '1'), {
    cents: 4,
    closed: false,
    references: ['r'],
  })
})

test('a command repeated while the first one is in flight waits for its commit', async (t) => {
  const { system, store, published, holdCommits } = await openWorkplace(t)
  await system.state(Account, '1')
  const commit = holdCommits()

  const original = system.send(Account, '1', 'deposit', deposited, named)
  const atOnce = system.send(Account, '1', 'deposit', deposited, named)
  await turns()
  const later = system.send(Account, '1', 'deposit', deposited, named)
  const states = await Promise.all([original, atOnce, later].map(stateOf))
  commit.resolve()

  assert.deepEqual(states, ['pending', 'pending', 'pending'])
  assertRepeats(await atOnce, await original)
  assertRepeats(await later, await original)
  assert.equal((await readAll(store, 'Account-1')).length, 1)
  assert.equal(published.length, 1)
})

test('commands sent together under one id to an actor that is not in memory act once', async (t) => {
  const { system, store } = await openWorkplace(t)

  const receipts = await Promise.all(
    Array.from({ length: 5 }, () => system.send(Account, '1', 'deposit', deposited, named)),
  )

  for (const repeat of receipts.slice(1)) assertRepeats(repeat, receipts[0]!)
  assert.equal((await readAll(store, 'Account-1')).length, 1)
})

test('a duplicate is answered in the order of the mailbox', async (t) => {
  const { system } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', deposited, named)
  const answered: string[] = []
  const noting = (name: string) => () => answered.push(name)

  await Promise.all([
    system.send(Account, '1', 'withdraw', { cents: 1 }).then(noting('before')),
    system.send(Account, '1', 'deposit', deposited, named).then(noting('duplicate')),
    system.send(Account, '1', 'withdraw', { cents: 1 }).then(noting('after')),
    system.state(Account, '1').then(noting('state')),
  ])

  assert.deepEqual(answered, ['before', 'duplicate', 'after', 'state'])
})

test('a command is recognised after its actor was let go', async (t) => {
  const { system, clock } = await openWorkplace(t, { limits: { idleMs: 1_000 } })
  const original = await system.send(Account, '1', 'deposit', deposited, named)
  clock.advance(2_000)
  const { passivations } = system.status()

  const repeat = await system.send(Account, '1', 'deposit', deposited, named)

  assert.equal(passivations, 1)
  assertRepeats(repeat, original)
})

test('a command is recognised by another system on the same store', async (t) => {
  const { system, store } = await openWorkplace(t)
  const original = await system.send(Account, '1', 'deposit', deposited, named)
  await system.close()
  const { system: next } = await openWorkplace(t, { store })

  assertRepeats(await next.send(Account, '1', 'deposit', deposited, named), original)
})

test('a command is recognised although a snapshot is newer', async (t) => {
  const { system, store } = await openWorkplace(t)
  const original = await system.send(Account, '1', 'deposit', deposited, named)
  for (let at = 0; at < 12; at++) await system.send(Account, '1', 'deposit', { cents: 1 })
  await system.close()
  const snapshot = await store.readSnapshot('Account-1')
  const { system: next } = await openWorkplace(t, { store })

  const repeat = await next.send(Account, '1', 'deposit', deposited, named)

  assert.equal(snapshot?.version, 10)
  assertRepeats(repeat, original)
  assert.equal((await readAll(store, 'Account-1')).length, 13)
})

test('a repeat gets every event of its command', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', deposited)
  const original = await system.send(Account, '1', 'settle', {}, named)
  await system.close()
  const { system: next } = await openWorkplace(t, { store })

  const repeat = await next.send(Account, '1', 'settle', {}, named)

  assert.deepEqual(
    repeat.events.map((event) => event.type),
    ['Withdrawn', 'AccountClosed'],
  )
  assertRepeats(repeat, original)
})

test('the same id with other content is refused, and nothing is written', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', deposited, named)

  const other = system.send(Account, '1', 'deposit', { cents: 6, reference: 'r' }, named)

  await assert.rejects(other, {
    code: 'DRAMATIS_COMMAND_ID_REUSED',
    streamId: 'Account-1',
    commandId: 'c1',
    command: 'deposit',
    commandRecorded: 'deposit',
  })
  assert.equal((await readAll(store, 'Account-1')).length, 1)
})

test('the same id under another command name is refused', async (t) => {
  const { system } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 5 }, named)

  const other = system.send(Account, '1', 'withdraw', { cents: 5 }, named)

  await assert.rejects(other, {
    code: 'DRAMATIS_COMMAND_ID_REUSED',
    command: 'withdraw',
    commandRecorded: 'deposit',
  })
})

test('the same id with other content is refused after a restart and behind a snapshot', async (t) => {
  const { system, store } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 5 }, named)
  for (let at = 0; at < 10; at++) await system.send(Account, '1', 'deposit', { cents: 1 })
  await system.close()
  const { system: next } = await openWorkplace(t, { store })

  const other = next.send(Account, '1', 'withdraw', { cents: 5 }, named)

  await assert.rejects(other, {
    code: 'DRAMATIS_COMMAND_ID_REUSED',
    command: 'withdraw',
    commandRecorded: undefined,
  })
  assert.equal((await readAll(store, 'Account-1')).length, 11)
})

test('a repeat is known by what was sent, not by what prepare or the schema made of it', async (t) => {
  let looks = 0
  const Priced = defineActor('Priced', {
    initialState: () => ({ total: 0 }),
    events: { Bought: defineEvent({ sku: 'string', cents: 'number', batch: 'number' }) },
    evolve: { Bought: (state, event) => ({ total: state.total + event.data.cents }) },
    commands: {
      buy: {
        schema: {
          sku: { type: 'string', trim: true },
          cents: { type: 'number', default: 0 },
          batch: { type: 'number', default: () => ++looks },
        },
        prepare: async (command) => ({ ...command, cents: ++looks }),
        decide: (_state, command, { events }) => events.Bought(command),
      },
    },
  })
  const { system } = await openWorkplace(t, { actors: [Priced] })
  const send = (sku: string) => system.send('Priced', '1', 'buy', { sku }, named)

  const original = await send('x')
  const repeat = await send('x')

  assertRepeats(repeat, original)
  assert.ok(looks >= 2)
  await assert.rejects(send('x '), { code: 'DRAMATIS_COMMAND_ID_REUSED' })
})

test('the order of keys makes no other content', async (t) => {
  const { system } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 5, reference: 'r' }, named)

  const repeat = system.send(Account, '1', 'deposit', { reference: 'r', cents: 5 }, named)

  assert.equal(await outcomeOf(repeat), 'duplicate')
})

test('a rejection is not remembered: the same command may succeed later', async (t) => {
  const { system } = await openWorkplace(t)
  const withdraw = () => system.send(Account, '1', 'withdraw', { cents: 5 }, named)

  const early = await outcomeOf(withdraw())
  await system.send(Account, '1', 'deposit', deposited)
  const late = await outcomeOf(withdraw())

  assert.deepEqual([early, late], ['DRAMATIS_COMMAND_REJECTED', 'accepted'])
})

test('a command that decided nothing is not remembered', async (t) => {
  const { system } = await openWorkplace(t)
  await system.send(Account, '1', 'settle', {})
  const nothing = await system.send(Account, '1', 'settle', {}, named)
  const again = await system.send(Account, '1', 'settle', {}, named)

  assert.deepEqual([nothing.events, nothing.duplicate], [[], false])
  assert.deepEqual([again.events, again.duplicate], [[], false])
})

test('a repeat succeeds with the expectedVersion of the first one', async (t) => {
  const { system } = await openWorkplace(t)
  const options = { ...named, expectedVersion: 'none' as const }

  const original = await system.send(Account, '1', 'deposit', deposited, options)
  await system.send(Account, '1', 'deposit', { cents: 1 })
  const repeat = await system.send(Account, '1', 'deposit', deposited, options)
  const other = system.send(Account, '1', 'deposit', deposited, { expectedVersion: 'none' })

  assertRepeats(repeat, original)
  await assert.rejects(other, { code: 'DRAMATIS_VERSION_CONFLICT' })
})

test('one id on two actors is two commands', async (t) => {
  const { system } = await openWorkplace(t)

  const outcomes = await Promise.all(
    ['1', '2'].map((id) => outcomeOf(system.send(Account, id, 'deposit', deposited, named))),
  )

  assert.deepEqual(outcomes, ['accepted', 'accepted'])
})

test('a repeat fares as its original when the commit fails', async (t) => {
  const { system, store, holdCommits } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 1 })
  const commit = holdCommits()

  const original = system.send(Account, '1', 'deposit', deposited, named)
  const beside = system.send(Account, '1', 'deposit', deposited, named)
  await turns()
  const unrelated = system.send(Account, '1', 'deposit', { cents: 1 })
  const behind = system.send(Account, '1', 'deposit', deposited, named)
  commit.reject(new Error('disk on fire'))
  const outcomes = await Promise.all([original, beside, unrelated, behind].map(outcomeOf))
  await turns()
  const again = await outcomeOf(system.send(Account, '1', 'deposit', deposited, named))

  assert.deepEqual(outcomes, [
    'DRAMATIS_COMMIT_UNKNOWN',
    'DRAMATIS_COMMIT_UNKNOWN',
    'DRAMATIS_STORE_STOPPED',
    'DRAMATIS_COMMIT_UNKNOWN',
  ])
  assert.equal(again, 'accepted')
  assert.equal((await readAll(store, 'Account-1')).length, 2)
})

test('after a commit that landed although it failed, the repeat gets its receipt', async (t) => {
  let isLost = false
  const store = await openMemoryEventStore({
    clock: new ManualClock(),
    failpoint: (step) => {
      if (step === 'committed' && isLost) throw new Error('lost the answer')
    },
  })
  const { system } = await openWorkplace(t, { store })
  await system.state(Account, '1')
  isLost = true

  const lost = await outcomeOf(system.send(Account, '1', 'deposit', deposited, named))
  isLost = false
  await turns()
  const repeat = await system.send(Account, '1', 'deposit', deposited, named)

  assert.equal(lost, 'DRAMATIS_COMMIT_UNKNOWN')
  assert.deepEqual([repeat.version, repeat.duplicate, repeat.events.length], [1, true, 1])
})

test('a caller that gives up on a duplicate is told that its command was accepted', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', deposited, named)
  const commit = holdCommits()
  const giving = new AbortController()
  const original = system.send(Account, '1', 'deposit', deposited, { commandId: 'c2' })

  const repeat = system.send(Account, '1', 'deposit', deposited, {
    commandId: 'c2',
    signal: giving.signal,
  })
  giving.abort()

  await assert.rejects(repeat, { code: 'DRAMATIS_COMMAND_ABORTED', accepted: true })
  commit.resolve()
  assert.equal((await original).duplicate, false)
})

test('duplicates are counted and published as what they are', async (t) => {
  const { system } = await openWorkplace(t)
  const messages: Record<string, unknown>[] = []
  const listener = (message: unknown): void => {
    messages.push(message as Record<string, unknown>)
  }
  subscribe('dramatis:command', listener)
  onEnd(t, () => unsubscribe('dramatis:command', listener))

  await system.send(Account, '1', 'deposit', deposited, named)
  await system.send(Account, '1', 'deposit', deposited, named)

  const { accepted, duplicates, commits } = system.status()
  assert.deepEqual([accepted, duplicates, commits], [2, 1, 1])
  assert.deepEqual(
    messages.map(({ outcome, events, duplicate }) => [outcome, events, duplicate]),
    [
      ['accepted', 1, false],
      ['accepted', 0, true],
    ],
  )
})

interface Send {
  readonly actor: string
  readonly commandId: string
  readonly pauses: number
  readonly idles: boolean
  readonly waits: boolean
}

const sends: fc.Arbitrary<Send[]> = fc.array(
  fc.record({
    actor: fc.constantFrom('1', '2'),
    commandId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    pauses: fc.constantFrom(0, 0, 1, 3),
    idles: fc.constantFrom(false, false, false, true),
    waits: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
)

test('however sends and repeats meet, each id has one effect, and all get its receipt', async (t) => {
  await fc.assert(
    fc.asyncProperty(sends, async (taken) => {
      const { system, store, clock } = await openWorkplace(t, {
        limits: { idleMs: 500, commitEventsMax: 2 },
        commitTurns: 2,
      })
      const sent: { readonly key: string; readonly receipt: Promise<Receipt> }[] = []
      for (const { actor, commandId, pauses, idles, waits } of taken) {
        const payload = { cents: commandId.charCodeAt(0), reference: commandId }
        const receipt = system.send(Account, actor, 'deposit', payload, { commandId })
        // Others come between, so that snapshots are taken and positions differ.
        void system.send(Account, actor, 'deposit', { cents: 1 })
        sent.push({ key: `${actor} ${commandId}`, receipt })
        if (waits) await receipt
        await turns(pauses)
        if (idles) clock.advance(1_000)
      }
      const receipts = await Promise.all(sent.map((each) => each.receipt))

      const byKey = new Map<string, Receipt>()
      for (const [at, receipt] of receipts.entries()) {
        const { key } = sent[at]!
        const original = byKey.get(key)
        if (original === undefined) byKey.set(key, receipt)
        else assert.deepEqual(contentOf(receipt), contentOf(original))
        assert.equal(receipt.duplicate, original !== undefined)
      }
      const events = [
        ...(await readAll(store, 'Account-1')),
        ...(await readAll(store, 'Account-2')),
      ].filter((event) => event.metadata.commandHash !== undefined)
      assert.equal(events.length, byKey.size)
      await system.close()
    }),
    { numRuns: 100 },
  )
})
