/**
 * What do personal fields cost, where there are some and where there are none?
 *
 * Events of the same payload with nothing, one field, two fields of one subject, and two fields of two
 * subjects sealed: written through the memory store, whose own cost is smallest, and read from LMDB as a
 * projector reads. Last, read once more when every key is destroyed.
 */

import { systemClock } from '../src/base/clock.js'
import type { EventStore, EventToStage, StreamAppend } from '../src/store/contracts.js'
import { openMemoryEventStore } from '../src/store/memory/memory-event-store.js'
import { added, appendsOf, fillLog, openFilledLog, readLog } from './programs/fill-log.js'
import type { Figure } from './suite/answer.js'
import { comparedWithFirst } from './suite/compared.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'
import { briefRounds, type Case, takeTurns } from './suite/turns.js'

const streams = 1_000
const commits = scaled(4)
const events = streams * commits

/** Fields, each with what makes one subject of a stream another. */
const sealed: Readonly<Record<string, readonly (readonly [field: string, whose: string])[]>> = {
  'nothing personal': [],
  'one field': [['email', '']],
  'two of one subject': [
    ['email', ''],
    ['name', ''],
  ],
  'two of two subjects': [
    ['email', ''],
    ['name', ' and friend'],
  ],
}

const data = { customerId: 'c-4711', name: 'Ada Lovelace', email: 'ada@example.test', cents: 1_999 }

await withScratch(async (scratch) => {
  const written = await comparing('written', Object.keys(sealed).map(writing))
  const stores: EventStore[] = []
  for (const name of Object.keys(sealed)) {
    stores.push(await openFilledLog(scratch.directory(name), sealedAppends(name), commits))
  }
  stores.push(await openForgotten(scratch))
  const names = [...Object.keys(sealed), 'two of one subject, forgotten']
  const read = await comparing(
    'read',
    names.map((name, at) => reading(name, stores[at]!)),
  )
  tell({
    id: 'personal',
    question: 'What do personal fields cost?',
    setting:
      'events of 100 bytes of 1,000 people; written to memory, read from LMDB and decoded on one thread',
    figures: [...written, ...read],
  })
  for (const store of stores) await store.close()
})

function sealedAppends(name: string): readonly StreamAppend[] {
  return appendsOf(streams, (at): EventToStage => {
    const plain = { ...added, data }
    const personal = sealed[name]!.map(([field, whose]) => ({
      field,
      subjectId: `subject ${at}${whose}`,
      forgotten: '[forgotten]',
    }))
    return personal.length === 0 ? plain : { ...plain, personal }
  })
}

async function openForgotten(scratch: Scratch): Promise<EventStore> {
  const appends = sealedAppends('two of one subject')
  const store = await openFilledLog(scratch.directory('forgotten'), appends, commits)
  const subjects = Array.from({ length: streams }, (_, at) => `subject ${at}`)
  await store.subjects.destroy(subjects, async () => {})
  return store
}

function writing(name: string): Case {
  const appends = sealedAppends(name)
  const run = async (): Promise<void> => {
    const store = await openMemoryEventStore({ clock: systemClock })
    await fillLog(store, appends, commits)
    await store.close()
  }
  return { name: `${name}, written`, perRun: events, run }
}

function reading(name: string, store: EventStore): Case {
  const run = async (): Promise<void> => exactly('events read', await readLog(store), events)
  return { name: `${name}, read`, perRun: events, run }
}

async function comparing(title: string, cases: readonly Case[]): Promise<readonly Figure[]> {
  for (const each of cases) await each.run()
  return comparedWithFirst(await takeTurns(title, cases, briefRounds))
}
