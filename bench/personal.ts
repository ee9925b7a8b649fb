/**
 * What do personal fields cost, where there are some and where there are none?
 *
 * Events of the same payload with nothing, one field, two fields of one subject, and two fields of two
 * subjects sealed: written through the memory store, whose own cost is smallest, and read from LMDB as a
 * projector reads. Last, read once more when every key is destroyed. The cases take turns in each round.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import benny from 'benny'
import { systemClock } from '../src/base/clock.js'
import type { EventStore, EventToStage, StreamAppend } from '../src/store/contracts.js'
import { openLmdbEventStore } from '../src/store/lmdb/lmdb-event-store.js'
import { openMemoryEventStore } from '../src/store/memory/memory-event-store.js'

const events = 50_000
const streams = 1_000
const batchEvents = 2_048
const rounds = 5
/** benny's own limits for one case of one round. */
const limits = { minSamples: 3, maxTime: 0.7 }

interface Case {
  readonly name: string
  /** Fields, each with what makes one subject of a stream another. */
  readonly personal: readonly (readonly [string, string])[]
}

const cases: readonly Case[] = [
  { name: 'nothing personal', personal: [] },
  { name: 'one field', personal: [['email', '']] },
  {
    name: 'two of one subject',
    personal: [
      ['email', ''],
      ['name', ''],
    ],
  },
  {
    name: 'two of two subjects',
    personal: [
      ['email', ''],
      ['name', ' and friend'],
    ],
  },
]

const data = { customerId: 'c-4711', name: 'Ada Lovelace', email: 'ada@example.test', cents: 1_999 }
const metadata = { commandId: 'bench', correlationId: 'bench', causationId: 'bench' }

function appendsOf({ personal }: Case): readonly StreamAppend[] {
  return Array.from({ length: streams }, (_, at) => {
    const plain: EventToStage = { type: 'Registered', schemaVersion: 1, data, metadata }
    const fields = personal.map(([field, who]) => ({
      field,
      subjectId: `subject ${at}${who}`,
      forgotten: '[forgotten]',
    }))
    return {
      aggregateType: 'Person',
      aggregateId: `person-${at}`,
      expectedVersion: 'any',
      events: [fields.length === 0 ? plain : { ...plain, personal: fields }],
    }
  })
}

async function fill(store: EventStore, each: Case): Promise<void> {
  const appends = appendsOf(each)
  for (let written = 0; written < events; written += streams) {
    store.stage(appends)
    await store.commit()
  }
}

async function writeAll(each: Case): Promise<void> {
  const store = await openMemoryEventStore({ clock: systemClock })
  await fill(store, each)
  await store.close()
}

/** Scans and decodes the whole log as a projector does. */
async function readAll(store: EventStore): Promise<void> {
  for (let after = 0; after < store.head; ) {
    const batch = await store.readBatch({ after, eventsMax: batchEvents })
    after = batch.scannedTo
  }
}

/** One turn each; who goes first changes. @returns events per second, alongside the works. */
async function runRound(
  title: string,
  works: readonly (readonly [string, () => Promise<void>])[],
  round: number,
): Promise<readonly number[]> {
  const first = round % works.length
  const summary = await benny.suite(
    `${title}, round ${round + 1} of ${rounds}`,
    benny.configure({ cases: limits }),
    ...[...works.slice(first), ...works.slice(0, first)].map(([name, work]) =>
      benny.add(name, async () => void (await work())),
    ),
  )
  return works.map(
    ([name]) => events / summary.results.find((each) => each.name === name)!.details.mean,
  )
}

async function compare(
  title: string,
  works: readonly (readonly [string, () => Promise<void>])[],
): Promise<string[]> {
  for (const [, work] of works) await work()
  const results: (readonly number[])[] = []
  for (let round = 0; round < rounds; round++) results.push(await runRound(title, works, round))
  const rows = works.map(([name], at) => {
    const sorted = results.map((round) => round[at]!).sort((a, b) => a - b)
    const ratios = results.map((round) => round[at]! / round[0]!).sort((a, b) => a - b)
    const median = Math.round(sorted[sorted.length >> 1]!)
    const micros = (1e6 / median).toFixed(1)
    const ratio = ratios[ratios.length >> 1]!.toFixed(2)
    return `  ${name.padEnd(22)}${median.toLocaleString('en').padStart(10)}  ${micros.padStart(5)} us each  ${ratio} of the first`
  })
  return ['', `${title}, events per second, median of ${rounds} rounds`, ...rows]
}

const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
const stores: EventStore[] = []
try {
  const written = await compare(
    'written',
    cases.map((each) => [each.name, () => writeAll(each)]),
  )
  const reads: (readonly [string, () => Promise<void>])[] = []
  for (const each of [...cases, { ...cases[2]!, name: 'two, forgotten' }]) {
    const path = join(directory, `case-${stores.length}`)
    const store = await openLmdbEventStore(path, { clock: systemClock, durability: 'commit' })
    stores.push(store)
    await fill(store, each)
    if (stores.length > cases.length) {
      const subjects = Array.from({ length: streams }, (_, at) => `subject ${at}`)
      await store.subjects.destroy(subjects, async () => {})
    }
    reads.push([each.name, () => readAll(store)])
  }
  for (const line of [...written, ...(await compare('read', reads))]) console.log(line)
} finally {
  for (const store of stores) await store.close()
  await rm(directory, { recursive: true, force: true })
}
