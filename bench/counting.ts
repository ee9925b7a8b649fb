/**
 * What does it cost to count a log by schema, beside reading it?
 *
 * One log of 200,000 events in LMDB, counted as `schemas.count()` does, passed over by a reader that wants
 * none of it, and read and decoded as a projector does. The cases take turns in each round.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import benny from 'benny'
import { systemClock } from '../src/base/clock.js'
import type { EventStore } from '../src/store/contracts.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { payload } from './programs/program.js'

const events = 200_000
const streams = 1_000
const rounds = 5
/** benny's own limits for one case of one round. */
const limits = { minSamples: 3, maxTime: 0.7 }

const cases: Readonly<Record<string, (store: EventStore) => Promise<void>>> = {
  'read and decoded': (store) => readAll(store, true),
  'passed over': (store) => readAll(store, false),
  counted: async (store) => {
    for (let after = 0; after < store.head; ) after = (await store.countShapes({ after })).scannedTo
  },
}
const names = Object.keys(cases)

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const store = await openLmdbEventStore(directory, { clock: systemClock, durability: 'commit' })
try {
  await fill()
  const results: (readonly number[])[] = []
  for (let round = 0; round < rounds; round++) results.push(await runRound(round))
  for (const line of report(results)) console.log(line)
} finally {
  await store.close()
  await rm(directory, { recursive: true, force: true })
}

/** Events of ten types. */
async function fill(): Promise<void> {
  const metadata = { commandId: 'bench', correlationId: 'bench', causationId: 'bench' }
  for (let written = 0; written < events; written += streams) {
    const appends = Array.from({ length: streams }, (_, at) => ({
      aggregateType: 'Counter',
      aggregateId: `counter-${at}`,
      expectedVersion: 'any' as const,
      events: [{ type: `Added${at % 10}`, schemaVersion: 1, data: { ...payload }, metadata }],
    }))
    store.stage(appends)
    await store.commit()
  }
}

async function readAll(from: EventStore, isWanted: boolean): Promise<void> {
  const wantsType = (): boolean => isWanted
  for (let after = 0; after < from.head; ) {
    after = (await from.readBatch({ after, eventsMax: 2_048, wantsType })).scannedTo
  }
}

/** One turn each; who goes first changes. @returns events per second, alongside the names. */
async function runRound(round: number): Promise<readonly number[]> {
  const first = round % names.length
  const summary = await benny.suite(
    `counting, round ${round + 1} of ${rounds}`,
    benny.configure({ cases: limits }),
    ...[...names.slice(first), ...names.slice(0, first)].map((name) =>
      benny.add(name, async () => await cases[name]!(store)),
    ),
  )
  return names.map(
    (name) => events / summary.results.find((each) => each.name === name)!.details.mean,
  )
}

function report(results: readonly (readonly number[])[]): string[] {
  const rows = names.map((name, at) => {
    const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
    const perSecond = Math.round(middle(results.map((round) => round[at]!))).toLocaleString('en')
    const ratio = middle(results.map((round) => round[at]! / round[0]!)).toFixed(2)
    return `  ${name.padEnd(20)}${perSecond.padStart(12)}  ${ratio} of read and decoded`
  })
  return ['', `Events per second, ${rounds} rounds (median, median ratio)`, ...rows]
}
