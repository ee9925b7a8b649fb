/**
 * How long does an actor take to come into memory, with a snapshot and without?
 *
 * Actors of 1,000 events each, recorded in turns, so that no two events of one actor lie beside each other,
 * in LMDB. One actor has room in memory, so every question brings one in. What is timed is the whole of
 * `actor(...).state()`; with a moment, a state of the past that no snapshot helps with. The cases take turns.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AnyActor, defineActor, defineApp, openRuntime, type Runtime } from 'dramatis'
import { systemClock } from '../src/base/clock.js'
import { yieldToEventLoop } from '../src/base/signal.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { Counter } from './programs/counter.js'
import { payload } from './programs/program.js'

const actors = 50
const events = 1_000
const rounds = 7
/** How often each actor is brought in, in one case of one round. */
const turns = 5

interface Case {
  readonly name: string
  /** Brings each actor in once. */
  readonly ask: (id: string) => Promise<unknown>
}

/** The same actor, keeping snapshots. */
const Kept = defineActor('Counter', {
  initialState: Counter.initialState,
  events: Counter.events,
  evolve: {
    Added: (state, { data }) => ({
      count: state.count + 1,
      totalCents: state.totalCents + data.amountCents,
    }),
  },
  commands: {},
  snapshot: { onPassivation: true },
})

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const opened: Runtime[] = []
const ids = Array.from({ length: actors }, (_, at) => `counter-${at}`)
try {
  const bare = await open('bare', Counter)
  const kept = await open('kept', Kept)
  const cases: readonly Case[] = [
    { name: '1,000 events', ask: (id) => bare.actor(Counter, id).state() },
    { name: 'a snapshot of them', ask: (id) => kept.actor(Kept, id).state() },
    { name: 'version 500 of them', ask: (id) => bare.actor(Counter, id).state({ version: 500 }) },
  ]
  for (const each of cases) await askAll(each)
  // All of them but the one that is in memory.
  while (kept.status().actors.snapshotsWritten < actors - 1) await yieldToEventLoop()
  const results: (readonly number[])[] = []
  for (let round = 0; round < rounds; round++) results.push(await runRound(round, cases))
  for (const line of report(results, cases)) console.log(line)
} finally {
  for (const runtime of opened) await runtime.close()
  await rm(directory, { recursive: true, force: true })
}

/** A directory full of events, and a runtime on it with room for one actor. */
async function open(name: string, actor: AnyActor): Promise<Runtime> {
  const dataDir = join(directory, name)
  const store = await openLmdbEventStore(dataDir, { clock: systemClock, durability: 'commit' })
  const metadata = { commandId: 'bench', correlationId: 'bench', causationId: 'bench' }
  const event = { type: 'Added', schemaVersion: 1, data: { ...payload }, metadata }
  for (let written = 0; written < events; written++) {
    store.stage(
      ids.map((aggregateId) => ({
        aggregateType: 'Counter',
        aggregateId,
        expectedVersion: 'any' as const,
        events: [event],
      })),
    )
    await store.commit()
  }
  await store.close()
  const app = defineApp({ actors: [actor] })
  const runtime = await openRuntime({ app, dataDir, workers: 'inline', limits: { actorsMax: 1 } })
  opened.push(runtime)
  return runtime
}

async function askAll({ ask }: Case): Promise<void> {
  for (const id of ids) await ask(id)
}

/** One turn each; who goes first changes. @returns milliseconds per actor, alongside the cases. */
async function runRound(round: number, cases: readonly Case[]): Promise<readonly number[]> {
  const first = round % cases.length
  const medians = new Map<Case, number>()
  for (const each of [...cases.slice(first), ...cases.slice(0, first)]) {
    medians.set(each, await medianMs(each))
  }
  return cases.map((each) => medians.get(each)!)
}

/** Each actor by itself, so that a pause of the machine counts for one of them. */
async function medianMs({ ask }: Case): Promise<number> {
  const timesMs: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    for (const id of ids) {
      const startedMs = performance.now()
      await ask(id)
      timesMs.push(performance.now() - startedMs)
    }
    await yieldToEventLoop()
  }
  return timesMs.sort((a, b) => a - b)[timesMs.length >> 1]!
}

function report(results: readonly (readonly number[])[], cases: readonly Case[]): string[] {
  const rows = cases.map(({ name }, at) => {
    const sorted = results.map((round) => round[at]!).sort((a, b) => a - b)
    const [median, lowest, highest] = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map(
      (value) => value.toFixed(3),
    )
    return `  ${name.padEnd(22)}${median!.padStart(8)}  (${lowest} to ${highest})`
  })
  return ['', `Milliseconds per actor, medians of ${rounds} rounds (median, range)`, ...rows]
}
