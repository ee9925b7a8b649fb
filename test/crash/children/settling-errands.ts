/**
 * Finishes what lives of `running-errands.js` left behind, and says how the directory stands then.
 *
 * Says `opened EPOCH`, and `settled JSON` with {@link SettledErrands}.
 */

import { subscribe } from 'node:diagnostics_channel'
import { type HandlerStatus, openRuntime } from '../../../src/index.js'
import { Person } from '../../runtime/apps/people.js'
import { givenOptions, say } from '../../support/say.js'
import { Counter, type CounterState } from '../counter.js'
import app, { Carriage, Errand, noting, Parcel, running } from '../errands-app.js'

export interface SettlingErrandsOptions {
  readonly dataDir: string
}

/** How a directory stands once nothing is left to do. */
export interface SettledErrands {
  readonly head: number
  readonly noting: HandlerStatus
  readonly running: HandlerStatus
  /** Live states, by stream. */
  readonly counters: Readonly<Record<string, CounterState>>
  /** Of every errand that a bell was to ring for: how often it did. */
  readonly rings: Readonly<Record<string, number>>
  /** How far the parcels came: stamps and arrivals. */
  readonly parcels: Readonly<Record<string, readonly [stamps: number, arrivals: number]>>
  /** Names of everybody who was registered. */
  readonly names: Readonly<Record<string, string>>
  /** What is still open: timers, parked keys, forgettings. */
  readonly open: readonly [timers: number, parked: number, forgettings: number]
}

const timeoutMs = 60_000
/** Settling never takes as long. Milliseconds. */
const settlingMsMax = 100_000

setTimeout(() => {
  throw new Error(`it hangs: ${JSON.stringify(runtime.status())}`)
}, settlingMsMax).unref()

const { dataDir } = givenOptions<SettlingErrandsOptions>()
const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
say(`opened ${runtime.status().store.epoch}`)
const ids = await readIds()
for (const id of ids.get('Parcel') ?? []) await carryToTheEnd(id)
const people = ids.get('Person') ?? []
// Completes what is pending, too.
if (people.length > 0) await runtime.forget(people)
await until(() => runtime.status().timers.pending === 0)
await until(() => runtime.status().handlers.every(({ lag }) => lag === 0))
await runtime.deadLetters.redrive({ handler: running })
await until(() => runtime.status().handlers.every((each) => each.retryingKeys === 0))
await runtime.deadLetters.discard({ handler: running }, { reason: 'given up' })
await until(() => runtime.status().handlers.every((each) => each.retryingKeys === 0))
const { head } = runtime.log
for (const view of app.projectors) await runtime.caughtUp(head, { view, timeoutMs })
for (const handler of app.handlers) await runtime.caughtUp(head, { handler, timeoutMs })
const settled: SettledErrands = {
  head,
  noting: runtime.handler(noting).status(),
  running: runtime.handler(running).status(),
  counters: await each('Counter', (id) => runtime.actor(Counter, id).state(), 'Counter-'),
  rings: await each('Errand', async (id) => (await runtime.actor(Errand, id).state()).rings),
  parcels: await each('Parcel', async (id) => {
    const { stamps, arrivals } = await runtime.actor(Parcel, id).state()
    return [stamps, arrivals] as const
  }),
  names: await each('Person', async (id) => (await runtime.actor(Person, id).state()).name),
  open: [
    runtime.status().timers.pending,
    runtime.status().deadLetters.parkedKeys,
    runtime.status().forgetting.subjectsPending,
  ],
}
say(`settled ${JSON.stringify(settled)}`)
await runtime.close()

/** Ids of all actors by their types. */
async function readIds(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>()
  for await (const { aggregateType, aggregateId, version } of runtime.log.read()) {
    if (version !== 1) continue
    found.set(aggregateType, [...(found.get(aggregateType) ?? []), aggregateId])
  }
  return found
}

/** An operator helps wherever it halts. */
async function carryToTheEnd(id: string): Promise<void> {
  const carriage = runtime.saga(Carriage, id)
  for (;;) {
    try {
      await carriage.ended({ timeoutMs })
      return
    } catch (error) {
      if ((error as { readonly code?: string }).code !== 'DRAMATIS_SAGA_HALTED') throw error
      await carriage.retry({ reason: 'once more' })
    }
  }
}

async function each<Fact>(
  type: string,
  read: (id: string) => Promise<Fact>,
  prefix = '',
): Promise<Readonly<Record<string, Fact>>> {
  const facts: Record<string, Fact> = {}
  for (const id of ids.get(type) ?? []) facts[`${prefix}${id}`] = await read(id)
  return facts
}

/** Looks again whenever something was fired, handled or parked. */
async function until(isSo: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isSo()) resolve()
    }
    for (const channel of ['timer', 'batch', 'park']) subscribe(`dramatis:${channel}`, look)
    look()
  })
}
