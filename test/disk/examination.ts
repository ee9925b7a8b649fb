/**
 * What a damaged data directory gives to whoever opens it, compared with what it held.
 *
 * Everything there is to read is read: the log both ways round, every stream, states, rows, what handlers
 * have parked. The worst that was seen is the outcome.
 */

import { cpSync, rmSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { systemClock } from '../../src/base/clock.js'
import type { DramatisError } from '../../src/base/errors.js'
import { openRuntime, type RecordedEvent, type Runtime } from '../../src/index.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { readLog } from '../../src/store/read-log.js'
import { collect } from '../../src/testing/index.js'
import { app, mailer, People, Person } from '../runtime/apps/people.js'
import { everyLetter } from '../support/every-page.js'

/**
 * `harmless`: the same data. `refused`: it did not open, with a typed error. `detected`: a typed error where
 * the damage is, and otherwise the same data. `shortened`: the log ends earlier, and nothing says so.
 * `wrong`: other data. `untyped`: an error that is not one of ours.
 */
export type Outcome = 'harmless' | 'refused' | 'detected' | 'shortened' | 'wrong' | 'untyped'

export interface Examination {
  readonly outcome: Outcome
  readonly detail: string
}

/** What can be read of a directory: each part under a name, as JSON has it. */
export interface Truth {
  readonly events: readonly RecordedEvent[]
  readonly streams: ReadonlyMap<string, readonly RecordedEvent[]>
  /** Of each person, from the first version on, as JSON. */
  readonly states: ReadonlyMap<string, readonly unknown[]>
  readonly rows: unknown
  readonly parked: unknown
}

const order: readonly Outcome[] = [
  'harmless',
  'detected',
  'refused',
  'untyped',
  'shortened',
  'wrong',
]
/** Anything that waits takes no longer. Milliseconds. */
const timeoutMs = 2_000

/** Reads a sound directory, from a copy: opening changes it. */
export async function readTruth(sound: string, scratch: string): Promise<Truth> {
  rmSync(scratch, { recursive: true, force: true })
  cpSync(sound, scratch, { recursive: true })
  const store = await openLmdbEventStore(scratch, { clock: systemClock })
  const events = await collect(readLog(store))
  const streams = new Map<string, readonly RecordedEvent[]>()
  for (const { streamId } of events) {
    if (!streams.has(streamId)) streams.set(streamId, await collect(store.readStream(streamId)))
  }
  await store.close()
  const runtime = await openRuntime({ app, dataDir: scratch, workers: 'inline' })
  const states = new Map<string, unknown[]>()
  for (const id of peopleIn(events)) {
    const person = runtime.actor(Person, id)
    const versions = streams.get(`Person-${id}`)!.length
    const past = Array.from({ length: versions + 1 }, (_each, version) => person.state({ version }))
    states.set(id, await Promise.all(past))
  }
  const rows = await rowsOf(runtime, events.length)
  const parked = await parkedOf(runtime)
  await runtime.close()
  return { events, streams, states, rows, parked }
}

export async function examine(dataDir: string, truth: Truth): Promise<Examination> {
  const found: Examination[] = []
  const note = (outcome: Outcome, detail: string): void => {
    found.push({ outcome, detail })
  }
  await examineStore(dataDir, truth, note)
  await examineRuntime(dataDir, truth, note)
  const worst = found.sort(
    (one, other) => order.indexOf(other.outcome) - order.indexOf(one.outcome),
  )
  return worst[0] ?? { outcome: 'harmless', detail: '' }
}

type Note = (outcome: Outcome, detail: string) => void

async function examineStore(dataDir: string, truth: Truth, note: Note): Promise<void> {
  let store: EventStore
  try {
    store = await openLmdbEventStore(dataDir, { clock: systemClock })
  } catch (error) {
    return noteError(error, 'refused', 'opening the store', note)
  }
  await part('the log', note, async () => {
    compareLog(await collect(readLog(store)), truth.events, 'the log', note)
  })
  for (const [streamId, events] of truth.streams) {
    for (const backward of [false, true]) {
      await part(streamId, note, async () => {
        const read = await collect(store.readStream(streamId, { backward }))
        compareLog(backward ? read.reverse() : read, events, streamId, note)
      })
    }
  }
  await part('closing the store', note, () => store.close())
}

async function examineRuntime(dataDir: string, truth: Truth, note: Note): Promise<void> {
  let runtime: Runtime
  try {
    runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  } catch (error) {
    return noteError(error, 'refused', 'opening the runtime', note)
  }
  for (const [id, states] of truth.states) {
    await part(`state of ${id}`, note, async () => {
      const state = await runtime.actor(Person, id).state()
      const isOlder = states.some((each) => isDeepStrictEqual(each, state))
      if (isOlder && !isDeepStrictEqual(state, states.at(-1))) note('shortened', `state of ${id}`)
      else compare(state, states.at(-1), `state of ${id}`, note)
    })
  }
  await part('rows', note, async () => {
    compare(await rowsOf(runtime, truth.events.length), truth.rows, 'rows', note)
  })
  await part('dead letters', note, async () => {
    compare(await parkedOf(runtime), truth.parked, 'dead letters', note)
  })
  await part('closing the runtime', note, () => runtime.close())
}

async function rowsOf(runtime: Runtime, position: number): Promise<unknown> {
  await runtime.caughtUp(position, { view: People, timeoutMs })
  const byName = await runtime.view(People).find({ index: 'byName' })
  const { rows } = await runtime.view(People).find({})
  return { byName: byName.rows, rows }
}

async function parkedOf(runtime: Runtime): Promise<unknown> {
  await runtime.caughtUp(runtime.log.head, { handler: mailer, timeoutMs })
  const letters = await everyLetter(runtime)
  return letters.map(({ key, position, cause }) => ({ key, position, cause }))
}

function peopleIn(events: readonly RecordedEvent[]): string[] {
  const ids = events.filter(({ aggregateType }) => aggregateType === 'Person')
  return [...new Set(ids.map(({ aggregateId }) => aggregateId))]
}

async function part(name: string, note: Note, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    noteError(error, 'detected', name, note)
  }
}

function noteError(error: unknown, typed: Outcome, where: string, note: Note): void {
  const { code, message } = error as Partial<DramatisError>
  const isTyped = typeof code === 'string' && code.startsWith('DRAMATIS_')
  note(isTyped ? typed : 'untyped', `${where}: ${isTyped ? code : ''} ${message}`)
}

function compareLog(
  found: readonly RecordedEvent[],
  expected: readonly RecordedEvent[],
  where: string,
  note: Note,
): void {
  if (isDeepStrictEqual(found, expected)) return
  const isPrefix = isDeepStrictEqual(found, expected.slice(0, found.length))
  note(isPrefix ? 'shortened' : 'wrong', `${where}: ${found.length} of ${expected.length} events`)
}

function compare(found: unknown, expected: unknown, where: string, note: Note): void {
  if (isDeepStrictEqual(found, expected)) return
  note('wrong', `${where}: ${JSON.stringify(found)?.slice(0, 200)}`)
}
