/**
 * The command window: how far an actor looks back for a repeated command, and how it reads that.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Receipt } from '../../src/actors/command.js'
import { CommandWindow, RememberedCommand } from '../../src/actors/command-window.js'
import type { ActorLimits } from '../../src/actors/limits.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import type { RecordedEvent } from '../../src/events/event.js'
import { Account, openWorkplace } from './account.js'
import { assertRepeats, outcomeOf } from './repeats.js'

const deposited = { cents: 5, reference: 'r' }
const named = { commandId: 'c1' }

const Batch = defineActor('Batch', {
  initialState: () => ({ count: 0 }),
  events: { Added: defineEvent({ at: 'number' }) },
  evolve: { Added: (state) => ({ count: state.count + 1 }) },
  commands: {
    add: {
      schema: { count: 'number' },
      decide: (_state, { count }, { events }) =>
        Array.from({ length: count }, (_, at) => events.Added({ at })),
    },
  },
  snapshot: { everyEvents: 6 },
})
test('what lies before a snapshot is read once, and only for a command that is named', async (t) => {
  const { system, store } = await openWorkplace(t)
  for (let at = 0; at < 12; at++) {
    await system.send(Account, '1', 'deposit', deposited, { commandId: `c${at}` })
  }
  await system.close()
  const { system: next } = await openWorkplace(t, { store })
  const reads: unknown[] = []
  const readStreamBatches = store.readStreamBatches.bind(store)
  store.readStreamBatches = (streamId, options) => {
    reads.push(options)
    return readStreamBatches(streamId, options)
  }

  await next.send(Account, '1', 'deposit', deposited)
  const unnamed = reads.splice(0)
  await next.send(Account, '1', 'deposit', deposited, { commandId: 'new' })
  const first = reads.splice(0)
  await next.send(Account, '1', 'deposit', deposited, { commandId: 'newer' })
  const second = reads.splice(0)

  assert.deepEqual(unnamed, [{ afterVersion: 10 }])
  assert.deepEqual(first, [{ afterVersion: 0, toVersion: 10, backward: true }])
  assert.deepEqual(second, [])
})

test('commands that come while a window is read run in order after it', async (t) => {
  const { system, store } = await openWorkplace(t)
  const original = await system.send(Account, '1', 'deposit', deposited, named)
  for (let at = 0; at < 10; at++) await system.send(Account, '1', 'deposit', { cents: 1 })
  await system.close()
  const { system: next } = await openWorkplace(t, { store })
  await next.state(Account, '1')

  const [repeat, withdrawal, state] = await Promise.all([
    next.send(Account, '1', 'deposit', deposited, named),
    next.send(Account, '1', 'withdraw', { cents: 15 }),
    next.state(Account, '1'),
  ])

  assertRepeats(repeat, original)
  assert.equal(withdrawal.version, 12)
  assert.equal((state as { cents: number }).cents, 0)
})

test('a caller may give up while a window is read, and nothing is written', async (t) => {
  const { system, store } = await openWorkplace(t)
  for (let at = 0; at < 10; at++) await system.send(Account, '1', 'deposit', { cents: 1 })
  await system.close()
  const { system: next } = await openWorkplace(t, { store })
  await next.state(Account, '1')
  const giving = new AbortController()

  const sent = next.send(Account, '1', 'deposit', deposited, { ...named, signal: giving.signal })
  giving.abort()

  await assert.rejects(sent, { code: 'DRAMATIS_COMMAND_ABORTED', accepted: false })
  assert.equal((await next.send(Account, '1', 'withdraw', { cents: 10 })).version, 11)
})

test('a window that cannot be read fails the command that asks for it, and no other', async (t) => {
  const { system, store } = await openWorkplace(t)
  for (let at = 0; at < 10; at++) await system.send(Account, '1', 'deposit', { cents: 1 })
  await system.close()
  const { system: next } = await openWorkplace(t, { store })
  await next.state(Account, '1')
  const readStream = store.readStream.bind(store)
  store.readStream = () => {
    throw new Error('unreadable')
  }

  const asking = next.send(Account, '1', 'deposit', deposited, named)
  const other = next.send(Account, '1', 'deposit', { cents: 1 })

  await assert.rejects(asking, { message: 'unreadable' })
  assert.equal((await other).version, 11)
  store.readStream = readStream
  assert.equal(await outcomeOf(next.send(Account, '1', 'deposit', deposited, named)), 'accepted')
})

test('a repeat gets every event of a command that the window ends in', async (t) => {
  const limits = { commandWindowEvents: 4 }
  const { system, store } = await openWorkplace(t, { actors: [Batch], limits })
  await system.send(Batch, '1', 'add', { count: 1 }, { commandId: 'c0' })
  const original = await system.send(Batch, '1', 'add', { count: 6 }, named)
  await system.send(Batch, '1', 'add', { count: 3 })
  await system.close()
  const { system: next } = await openWorkplace(t, { store, actors: [Batch], limits })

  const repeat = await next.send(Batch, '1', 'add', { count: 6 }, named)

  assert.equal((await store.readSnapshot('Batch-1'))?.version, 7)
  assertRepeats(repeat, original)
})

test('beyond the window a repeated command runs again', async (t) => {
  const { system, clock } = await openWorkplace(t, {
    limits: { commandWindowEvents: 3, idleMs: 1_000 },
  })
  const send = (options?: object) => system.send(Account, '1', 'deposit', deposited, options)
  const outcomes: string[] = []

  outcomes.push(await outcomeOf(send(named)))
  await send()
  await send()
  outcomes.push(await outcomeOf(send(named)))
  clock.advance(2_000)
  outcomes.push(await outcomeOf(send(named)))
  await send()
  outcomes.push(await outcomeOf(send(named)))
  clock.advance(2_000)
  outcomes.push(await outcomeOf(send(named)))

  assert.deepEqual(outcomes, ['accepted', 'duplicate', 'duplicate', 'accepted', 'duplicate'])
})

test('a window of 0 recognises nothing and records no hash', async (t) => {
  const { system } = await openWorkplace(t, { limits: { commandWindowEvents: 0 } })

  const first = await system.send(Account, '1', 'deposit', deposited, named)
  const second = await system.send(Account, '1', 'deposit', { cents: 7 }, named)

  assert.deepEqual([first.duplicate, second.duplicate, second.version], [false, false, 2])
  assert.equal(first.events[0]!.metadata.commandHash, undefined)
})

/** A command of one event, as it is remembered. */
function commandAt(version: number): RememberedCommand {
  return new RememberedCommand('hash', 'add', version, version)
}

/** What a stream says of a command of one event. */
function eventAt(version: number, commandId: string): RecordedEvent {
  return { version, metadata: { commandId, commandHash: 'hash' } } as RecordedEvent
}

/** Which of the ids a window holds, inside of it or not. */
function held(window: CommandWindow, ...ids: readonly string[]): readonly string[] {
  return ids.filter((id) => window.find(id, 0) !== undefined)
}

test('a window holds no more commands than events', () => {
  const window = new CommandWindow(3)

  for (let at = 1; at <= 5; at++) window.add(`c${at}`, commandAt(at))

  assert.deepEqual(held(window, 'c1', 'c2', 'c3', 'c4', 'c5'), ['c3', 'c4', 'c5'])
})

test('what is read back is older than what is in the window', () => {
  const window = new CommandWindow(3)
  window.add('c3', commandAt(3))

  window.addOlder([eventAt(2, 'c2'), eventAt(1, 'c1')])
  window.add('c4', commandAt(4))
  window.add('c5', commandAt(5))

  assert.deepEqual(held(window, 'c1', 'c2', 'c3', 'c4', 'c5'), ['c3', 'c4', 'c5'])
})

test('an id that is used again counts as its newest command', () => {
  const window = new CommandWindow(2)
  window.add('c1', commandAt(1))
  window.add('c2', commandAt(2))

  window.add('c1', commandAt(9))
  window.add('c3', commandAt(10))

  assert.deepEqual(held(window, 'c1', 'c2', 'c3'), ['c1', 'c3'])
})

interface Step {
  readonly commandId: string | null
  readonly count: number
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    commandId: fc.constantFrom(null, 'a', 'b', 'c', 'd'),
    count: fc.constantFrom(1, 1, 2, 5),
  }),
  { minLength: 1, maxLength: 40 },
)

/** What the callers of the steps see, one after the other. */
async function outcomesOf(
  t: TestContext,
  taken: readonly Step[],
  limits: Partial<ActorLimits>,
): Promise<unknown[]> {
  const { system, clock } = await openWorkplace(t, { actors: [Batch], limits })
  const outcomes: unknown[] = []
  for (const { commandId, count } of taken) {
    // One id is always one content.
    const size = commandId === null ? count : commandId.charCodeAt(0) - 96
    const options = commandId === null ? undefined : { commandId }
    const receipt = (await system.send(Batch, '1', 'add', { count: size }, options)) as Receipt
    outcomes.push([receipt.duplicate, receipt.version, receipt.events.map((event) => event.id)])
    clock.advance(1_000)
  }
  await system.close()
  return outcomes
}

test('nobody can see from duplicates whether actors were let go, at any size of window', async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 12 }), async (taken, window) => {
      const kept = await outcomesOf(t, taken, { commandWindowEvents: window, idleMs: 1_000_000 })
      const cramped = await outcomesOf(t, taken, { commandWindowEvents: window, idleMs: 1 })

      assert.deepEqual(cramped, kept)
    }),
    { numRuns: 100 },
  )
})
