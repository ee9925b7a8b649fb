/**
 * What do upcasters cost a reader, where they apply and where they do not?
 *
 * One log of events of the same size for each case, scanned and decoded as a projector does, in LMDB:
 * without the upcasting layer at all, with it and no upcasters, with upcasters that no event needs, and
 * with one, three or a split that every event needs. The cases take turns in each round.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import benny from 'benny'
import { type AnyActor, defineActor, defineEvent } from 'dramatis'
import { systemClock } from '../src/base/clock.js'
import { UpcastTable } from '../src/events/upcasting.js'
import type { EventStore } from '../src/store/contracts.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { SubscribedEvents } from '../src/subscriptions/subscribed-events.js'
import { payload } from './programs/program.js'

const events = 100_000
const streams = 1_000
const batchEvents = 2_048
const rounds = 5
/** benny's own limits for one case of one round. */
const limits = { minSamples: 3, maxTime: 0.7 }

interface Case {
  readonly name: string
  readonly store: EventStore
  /** `null`: read without the layer. */
  readonly subscribed: SubscribedEvents | null
}

const schema = { amountCents: 'number', note: 'string' } as const
const Noted = defineEvent({ note: 'string' })
const same = (data: object): object => ({ ...data })

const Current = defineEvent(schema)
const Third = defineEvent(schema, {
  version: 4,
  upcast: { 1: same, 2: same, 3: (data) => ({ amountCents: 1, note: String(data.note) }) },
})
const Split = defineEvent(schema, {
  version: 2,
  into: { Noted },
  upcast: {
    1: (data, _event, { next, into }) => [
      next({ amountCents: Number(data.amountCents), note: '' }),
      into.Noted({ note: String(data.note) }),
    ],
  },
})

function counter(Added: typeof Current): AnyActor {
  return defineActor('Counter', {
    initialState: () => ({}),
    events: { Added, Noted },
    evolve: { Added: (state) => state, Noted: (state) => state },
    commands: {},
  })
}

function subscriberOf(actor: AnyActor): SubscribedEvents {
  const on = { Added: () => {}, Noted: () => {} }
  const subscriber = { from: [actor], on, unknownEvents: 'fail' } as const
  return new SubscribedEvents(new UpcastTable([actor]), subscriber)
}

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const stores = new Map<number, EventStore>()
try {
  for (const version of [1, 3, 4]) stores.set(version, await fill(version))
  const [first, third, fourth] = [stores.get(1)!, stores.get(3)!, stores.get(4)!]
  const cases: readonly Case[] = [
    { name: 'read alone', store: first, subscribed: null },
    { name: 'no upcasters', store: first, subscribed: subscriberOf(counter(Current)) },
    { name: 'none that applies', store: fourth, subscribed: subscriberOf(counter(Third)) },
    { name: 'one that applies', store: third, subscribed: subscriberOf(counter(Third)) },
    { name: 'three that apply', store: first, subscribed: subscriberOf(counter(Third)) },
    { name: 'a split into two', store: first, subscribed: subscriberOf(counter(Split)) },
  ]
  for (const each of cases) await readAll(each)
  const results: (readonly number[])[] = []
  for (let round = 0; round < rounds; round++) results.push(await runRound(round, cases))
  for (const line of report(results, cases)) console.log(line)
} finally {
  for (const store of stores.values()) await store.close()
  await rm(directory, { recursive: true, force: true })
}

/** A log of events of one schema version. */
async function fill(schemaVersion: number): Promise<EventStore> {
  const path = join(directory, `version-${schemaVersion}`)
  const store = await openLmdbEventStore(path, { clock: systemClock, durability: 'commit' })
  const metadata = { commandId: 'bench', correlationId: 'bench', causationId: 'bench' }
  const event = { type: 'Added', schemaVersion, data: { ...payload }, metadata }
  for (let written = 0; written < events; written += streams) {
    const appends = Array.from({ length: streams }, (_, at) => ({
      aggregateType: 'Counter',
      aggregateId: `counter-${at}`,
      expectedVersion: 'any' as const,
      events: [event],
    }))
    store.stage(appends)
    await store.commit()
  }
  return store
}

/** Scans and decodes the whole log as a projector does. @returns events seen. */
async function readAll({ store, subscribed }: Case): Promise<number> {
  const wantsType = subscribed?.wantsType ?? ((type: string) => type === 'Added')
  let seen = 0
  for (let after = 0; after < store.head; ) {
    const batch = await store.readBatch({ after, eventsMax: batchEvents, wantsType })
    after = batch.scannedTo
    if (subscribed?.hasSeenOld !== true) seen += batch.events.length
    else for (const event of batch.events) seen += subscribed.partsOf(event)?.length ?? 1
  }
  return seen
}

/** One turn each; who goes first changes. @returns recorded events per second, alongside the cases. */
async function runRound(round: number, cases: readonly Case[]): Promise<readonly number[]> {
  const first = round % cases.length
  const summary = await benny.suite(
    `upcasting, round ${round + 1} of ${rounds}`,
    benny.configure({ cases: limits }),
    ...[...cases.slice(first), ...cases.slice(0, first)].map((each) =>
      benny.add(each.name, async () => void (await readAll(each))),
    ),
  )
  return cases.map(
    ({ name }) => events / summary.results.find((each) => each.name === name)!.details.mean,
  )
}

function report(results: readonly (readonly number[])[], cases: readonly Case[]): string[] {
  const rows = cases.map(({ name }, at) => {
    const sorted = results.map((round) => round[at]!).sort((a, b) => a - b)
    const ratios = results.map((round) => round[at]! / round[0]!).sort((a, b) => a - b)
    const [median, lowest, highest] = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map(
      (value) => Math.round(value).toLocaleString('en'),
    )
    const ratio = ratios[ratios.length >> 1]!.toFixed(2)
    return `  ${name.padEnd(20)}${median!.padStart(10)}  (${lowest} to ${highest})  ${ratio} of read alone`
  })
  return ['', `Recorded events read per second, ${rounds} rounds (median, range, ratio)`, ...rows]
}
