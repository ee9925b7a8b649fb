/**
 * What do upcasters cost a reader, where they apply and where they do not?
 *
 * One log of events of the same size for each case, scanned and decoded as a projector does: without the
 * upcasting layer at all, with it and no upcasters, with upcasters that no event needs, and with one,
 * three or a split that every event needs.
 */

import { type AnyActor, defineActor, defineEvent } from 'dramatis'
import { UpcastTable } from '../src/events/upcasting.js'
import type { EventStore } from '../src/store/contracts.js'
import { SubscribedEvents } from '../src/subscriptions/subscribed-events.js'
import { added, appendsOf, openFilledLog } from './programs/fill-log.js'
import { comparedWithFirst } from './suite/compared.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'
import { briefRounds, type Case, takeTurns } from './suite/turns.js'

const streams = 1_000
const commits = scaled(20)
const events = streams * commits
const batchEvents = 2_048

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

await withScratch(async (scratch) => {
  const [first, third, fourth] = [
    await openRecorded(scratch, 1),
    await openRecorded(scratch, 3),
    await openRecorded(scratch, 4),
  ]
  const cases = [
    reading('read alone', first, null),
    reading('no upcasters', first, subscriberOf(counter(Current))),
    reading('none that applies', fourth, subscriberOf(counter(Third))),
    reading('one that applies', third, subscriberOf(counter(Third))),
    reading('three that apply', first, subscriberOf(counter(Third))),
    reading('a split into two', first, subscriberOf(counter(Split)), 2),
  ]
  for (const each of cases) await each.run()
  const found = await takeTurns('upcasting', cases, briefRounds)
  tell({
    id: 'upcasting',
    question: 'What do upcasters cost a reader, where they apply and where they do not?',
    setting: 'recorded events of 100 bytes, read from LMDB and decoded on one thread',
    figures: comparedWithFirst(found),
  })
  for (const store of [first, third, fourth]) await store.close()
})

/** A log of events of one schema version. */
async function openRecorded(scratch: Scratch, schemaVersion: number): Promise<EventStore> {
  const appends = appendsOf(streams, () => ({ ...added, schemaVersion }))
  return await openFilledLog(scratch.directory(`version-${schemaVersion}`), appends, commits)
}

/** @param subscribed - `null`: read without the layer. @param parts - What becomes of each event. */
function reading(
  name: string,
  store: EventStore,
  subscribed: SubscribedEvents | null,
  parts = 1,
): Case {
  const run = async (): Promise<void> =>
    exactly(`events of ${name}`, await readAll(store, subscribed), events * parts)
  return { name, perRun: events, run }
}

/** Scans and decodes the whole log as a projector does. @returns events seen. */
async function readAll(store: EventStore, subscribed: SubscribedEvents | null): Promise<number> {
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
