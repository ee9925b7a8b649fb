import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Receipt } from '../../src/actors/command.js'
import type { ActorLimits } from '../../src/actors/limits.js'
import type { RecordedEvent } from '../../src/events/event.js'
import { Account, type AccountState, openWorkplace, readAll, turns } from './account.js'

interface Step {
  readonly id: string
  readonly command: string
  readonly payload: object
  /** Whether the step waits for its answer before the next one. */
  readonly waits: boolean
  /** Whether the next commit fails. */
  readonly fails: boolean
  readonly idlesMs: number
  /** Turns of the event loop before the next step. */
  readonly pauses: number
}

const cents = fc.integer({ min: 1, max: 20 })
const step: fc.Arbitrary<Step> = fc.record({
  id: fc.constantFrom('a', 'b', 'c-d', '4711'),
  command: fc.constantFrom('deposit', 'deposit', 'withdraw', 'settle'),
  payload: fc.record({ cents }),
  waits: fc.boolean(),
  fails: fc.constant(false),
  idlesMs: fc.constantFrom(0, 0, 0, 1_000),
  pauses: fc.constantFrom(0, 0, 1, 2),
})
const stormyStep = step.chain((calm) =>
  fc.constantFrom(false, false, false, true).map((fails) => ({ ...calm, fails })),
)
const steps = fc.array(step, { minLength: 1, maxLength: 60 })
const stormySteps = fc.array(stormyStep, { minLength: 1, maxLength: 60 })

type Outcome = Receipt | { readonly code: string; readonly reason?: string }

interface Run {
  readonly outcomes: readonly Outcome[]
  readonly events: ReadonlyMap<string, readonly RecordedEvent[]>
  readonly states: ReadonlyMap<string, unknown>
  readonly published: readonly RecordedEvent[]
}

const ids = ['a', 'b', 'c-d', '4711']

async function run(
  t: TestContext,
  taken: readonly Step[],
  limits: Partial<ActorLimits>,
): Promise<Run> {
  const { system, store, clock, published, failNextCommit } = await openWorkplace(t, {
    limits,
    commitTurns: 2,
  })
  const sent: Promise<Outcome>[] = []
  for (const { id, command, payload, waits, fails, idlesMs, pauses } of taken) {
    if (fails) failNextCommit()
    const data = command === 'settle' ? {} : payload
    const outcome = system.send(Account, id, command, data).catch((error: Outcome) => error)
    sent.push(outcome)
    if (waits) await outcome
    await turns(pauses)
    if (idlesMs > 0) clock.advance(idlesMs)
  }
  const outcomes = await Promise.all(sent)
  for (let tries = 0; system.status().phase === 'recovering' && tries < 100; tries++) {
    clock.advance(1_000)
    await turns()
  }
  const events = new Map<string, readonly RecordedEvent[]>()
  const states = new Map<string, unknown>()
  for (const id of ids) {
    events.set(id, await readAll(store, `Account-${id}`))
    states.set(id, await system.state(Account, id))
  }
  await system.close()
  return { outcomes, events, states, published }
}

/** What the events say, folded by hand. */
function foldByHand(events: readonly RecordedEvent[]): AccountState {
  let state: AccountState = { cents: 0, closed: false, references: [] }
  for (const event of events) {
    state = Account.evolve[event.type]!(state, event as never)
  }
  return state
}

function receiptsOf(outcomes: readonly Outcome[]): readonly Receipt[] {
  return outcomes.filter((outcome) => 'streamId' in outcome && 'events' in outcome) as Receipt[]
}

test('the live state always equals the fold of the recorded stream', async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const { outcomes, events, states, published } = await run(t, taken, {
        idleMs: 500,
        commitEventsMax: 5,
      })

      for (const id of ids) assert.deepEqual(states.get(id), foldByHand(events.get(id)!))
      const receipted = receiptsOf(outcomes).flatMap((receipt) => receipt.events)
      assert.equal(receipted.length, published.length)
      assert.deepEqual(
        published.map((event) => event.position),
        published.map((_, at) => at + 1),
      )
    }),
    { numRuns: 60 },
  )
})

test('after any failed commits the state equals the stream, and no receipt was a lie', async (t) => {
  await fc.assert(
    fc.asyncProperty(stormySteps, async (taken) => {
      const { outcomes, events, states, published } = await run(t, taken, {})

      for (const id of ids) {
        const recorded = events.get(id)!
        assert.deepEqual(states.get(id), foldByHand(recorded))
        assert.deepEqual(
          recorded.map((event) => event.version),
          recorded.map((_, at) => at + 1),
        )
      }
      const all = new Set([...events.values()].flat().map((event) => event.id))
      for (const receipt of receiptsOf(outcomes)) {
        for (const event of receipt.events) assert.ok(all.has(event.id), event.id)
      }
      assert.equal(published.length, all.size)
    }),
    { numRuns: 60 },
  )
})

test('nobody can see whether actors were let go between commands', async (t) => {
  const visible = (outcome: Outcome): unknown =>
    'events' in outcome
      ? [outcome.version, outcome.position, outcome.events.map((event) => [event.id, event.data])]
      : [outcome.code, outcome.reason]

  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const serial = taken.map((each) => ({ ...each, waits: true }))
      const roomy = await run(t, serial, { actorsMax: 1_000, idleMs: 1_000_000 })
      const cramped = await run(t, serial, { actorsMax: 1, idleMs: 1 })

      assert.deepEqual(cramped.outcomes.map(visible), roomy.outcomes.map(visible))
      assert.deepEqual(cramped.states, roomy.states)
    }),
    { numRuns: 40 },
  )
})
