/**
 * The law of snapshots: whatever becomes of them, an actor's state is the fold of its events.
 *
 * Random lives of a few actors: commands, old events that other code recorded, idling, restarts under
 * other rules; and snapshots that vanish, are damaged, are swapped, or are of other code.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type ActorSystem, createActorSystem } from '../../src/actors/actor-system.js'
import type { Moment } from '../../src/actors/moment.js'
import { createIdSource } from '../../src/base/ids.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import { defineActor, defineEvent, type SnapshotOptions } from '../../src/index.js'
import { appendEvents } from '../../src/store/append.js'
import type { EventStore } from '../../src/store/contracts.js'
import { privateAccess } from '../../src/store/memory/disk-access.js'
import { MemoryDisk } from '../../src/store/memory/memory-disk.js'
import { MemoryLogStorage } from '../../src/store/memory/memory-log-storage.js'
import { parseStoreOptions } from '../../src/store/options.js'
import { StagedEventStore } from '../../src/store/staged-event-store.js'
import { collect, sampleEvent } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'
import { turns } from './account.js'

interface Ledger {
  readonly sum: number
  readonly entries: readonly number[]
}

const Noted = defineEvent({ text: 'string' })

/** Version 1 of an entry had a list of amounts; each became an entry, and none became a note. */
const Entered = defineEvent(
  { n: 'number' },
  {
    version: 2,
    into: { Noted },
    upcast: {
      1: (data: { readonly amounts: readonly number[] }, _event, { next, into }) =>
        data.amounts.length === 0
          ? [into.Noted({ text: 'nothing' })]
          : data.amounts.map((n) => next({ n })),
    },
  },
)

function ledger(snapshot?: SnapshotOptions<Ledger>) {
  return defineActor('Ledger', {
    initialState: (): Ledger => ({ sum: 0, entries: [] }),
    events: { Entered, Noted },
    evolve: {
      Entered: ({ sum, entries }, { data }) => ({
        sum: sum + data.n,
        entries: [...entries, data.n].slice(-5),
      }),
      Noted: ({ sum, entries }, { data }) => ({ sum: sum + data.text.length, entries }),
    },
    commands: {
      enter: {
        schema: { n: 'number' },
        decide: (_s, command, { events }) => events.Entered(command),
      },
    },
    ...(snapshot === undefined ? {} : { snapshot }),
  })
}

const ids = ['a', 'b', 'c']
const rules: fc.Arbitrary<SnapshotOptions<Ledger> | undefined> = fc.constantFrom(
  undefined,
  { everyEvents: 1 },
  { everyEvents: 3, onPassivation: true },
  { onPassivation: true },
  { when: ({ sum }: Ledger) => sum % 2 === 0 },
  { when: () => assert.fail('broken rule'), everyEvents: 4 },
  { everyEvents: 2, version: 2 },
)
const id = fc.constantFrom(...ids)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('enter' as const), id, n: fc.integer() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('old' as const),
      id,
      amounts: fc.array(fc.integer(), { maxLength: 3 }),
    }),
  },
  fc.record({ kind: fc.constant('idle' as const) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), rules }) },
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('deleteAll' as const) }),
  fc.record({ kind: fc.constant('damage' as const), id, at: fc.nat(200) }),
  fc.record({ kind: fc.constant('swap' as const), id, with: id }),
  fc.record({ kind: fc.constant('old state' as const), id }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** One store through many systems. */
class Life {
  readonly store: EventStore
  readonly #storage: MemoryLogStorage
  readonly #clock = new ManualClock()
  #system: ActorSystem

  constructor(storage: MemoryLogStorage) {
    this.#storage = storage
    this.store = new StagedEventStore(storage, parseStoreOptions({ clock: this.#clock }))
    this.#system = this.#start(undefined)
  }

  #start(snapshot: SnapshotOptions<Ledger> | undefined) {
    const random = createSeededRandom(1)
    return createActorSystem({
      store: this.store,
      actors: [ledger(snapshot)],
      clock: this.#clock,
      random,
      ids: createIdSource(this.#clock, random),
      limits: { idleMs: 1_000, actorsMax: 2 },
    })
  }

  async take(taken: Step): Promise<void> {
    switch (taken.kind) {
      case 'enter':
        await this.#system.send('Ledger', taken.id, 'enter', { n: taken.n })
        break
      case 'old':
        await this.#recordOld(taken.id, taken.amounts)
        break
      case 'idle':
        await turns(3)
        this.#clock.advance(5_000)
        await turns(3)
        break
      case 'restart':
        await this.#restart(taken.rules)
        break
      case 'delete':
        await this.#system.deleteSnapshot('Ledger', taken.id)
        break
      case 'deleteAll':
        await this.#system.deleteSnapshots()
        break
      default:
        await this.#tamper(taken)
    }
  }

  state(id: string): Promise<unknown> {
    return this.#system.state('Ledger', id)
  }

  past(id: string, moment: Moment): Promise<unknown> {
    return this.#system.stateAt('Ledger', id, moment)
  }

  async close(): Promise<void> {
    await this.#system.close()
    await this.store.close()
  }

  async #restart(snapshot: SnapshotOptions<Ledger> | undefined): Promise<void> {
    await this.#system.close()
    this.#system = this.#start(snapshot)
  }

  /** Older code recorded it: nobody else is at work then. */
  async #recordOld(aggregateId: string, amounts: readonly number[]): Promise<void> {
    await this.#restart({ everyEvents: 2 })
    const events = [sampleEvent({ amounts }, 'Entered')]
    const append = { aggregateType: 'Ledger', aggregateId, expectedVersion: 'any' as const, events }
    await appendEvents(this.store, [append])
  }

  async #tamper(taken: Step): Promise<void> {
    await turns(3)
    if (taken.kind === 'damage') {
      const bytes = this.#storage.readSnapshot(`Ledger-${taken.id}`)
      if (bytes !== undefined) bytes[taken.at % bytes.length]! ^= 0x10
    } else if (taken.kind === 'swap') {
      const bytes = this.#storage.readSnapshot(`Ledger-${taken.with}`)
      if (bytes !== undefined) await this.#storage.writeSnapshot(`Ledger-${taken.id}`, bytes)
    } else if (taken.kind === 'old state') {
      const streamId = `Ledger-${taken.id}`
      const { version, position } = await this.store.readStreamHead(streamId)
      const state = { sum: 'of another code' }
      await this.store.writeSnapshot(streamId, { version, position, stateVersion: 7, state })
    }
  }
}

/** What the records say, folded by hand and without anything of the runtime. */
async function foldByHand(life: Life, id: string, toVersion = Number.MAX_SAFE_INTEGER) {
  let state: Ledger = { sum: 0, entries: [] }
  for (const { data, version } of await collect(life.store.readStream(`Ledger-${id}`))) {
    if (version > toVersion) break
    const { n, amounts } = data as { readonly n?: number; readonly amounts?: readonly number[] }
    for (const each of amounts ?? [n!]) {
      state = { sum: state.sum + each, entries: [...state.entries, each].slice(-5) }
    }
    if (amounts?.length === 0) state = { ...state, sum: state.sum + 'nothing'.length }
  }
  return state
}

async function begin(t: TestContext): Promise<Life> {
  const disk = new MemoryDisk()
  const life = new Life(await MemoryLogStorage.open(disk, privateAccess(disk), 'law'))
  onEnd(t, () => life.close())
  return life
}

test('whatever becomes of snapshots, a state is the fold of its events', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const life = await begin(t)

      for (const each of steps) {
        await life.take(each)
        const asked = 'id' in each ? each.id : 'a'
        assert.deepEqual(await life.state(asked), await foldByHand(life, asked))
      }

      for (const id of ids) assert.deepEqual(await life.state(id), await foldByHand(life, id))
    }),
    { numRuns: 100 },
  )
})

test('whatever becomes of snapshots, a past state is the fold of the events up to it', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const life = await begin(t)

      for (const each of steps) await life.take(each)

      for (const id of ids) {
        assert.deepEqual(await life.past(id, { version: 0 }), await foldByHand(life, id, 0))
        for (const { version, position } of await collect(life.store.readStream(`Ledger-${id}`))) {
          const expected = await foldByHand(life, id, version)
          assert.deepEqual(await life.past(id, { version }), expected)
          assert.deepEqual(await life.past(id, { position }), expected)
        }
      }
    }),
    { numRuns: 60 },
  )
})
