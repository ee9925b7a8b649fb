/**
 * How long does an actor take to come into memory, with a snapshot and without?
 *
 * The events of the actors are recorded in turns, so that no two of one actor lie beside each other. One
 * actor has room in memory, so every question brings one in. What is timed is the whole of
 * `actor(...).state()`; with a moment, a state of the past that no snapshot helps with.
 */

import { type AnyActor, defineActor, defineApp, openRuntime, type Runtime } from 'dramatis'
import { yieldToEventLoop } from '../src/base/signal.js'
import { Counter } from './programs/counter.js'
import { appendsOf, openFilledLog } from './programs/fill-log.js'
import { exactly } from './suite/exactly.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { spreadOf } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { measureInTurns } from './suite/turns.js'

const actors = 50
const events = scaled(1_000)
/** How often each actor is brought in, in one case of one round. */
const askedTimes = 5
const ids = Array.from({ length: actors }, (_, at) => `counter-${at}`)

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

await withScratch(async (scratch) => {
  const bare = await open(scratch, 'bare', Counter)
  const kept = await open(scratch, 'kept', Kept)
  for (const id of ids) await kept.actor(Kept, id).state()
  // All of them but the one that is in memory.
  while (kept.status().actors.snapshotsWritten < actors - 1) await yieldToEventLoop()

  const version = events / 2
  const found = await measureInTurns([
    measured(`${shown(events)} events`, events, (id) => bare.actor(Counter, id).state()),
    measured('a snapshot of them', events, (id) => kept.actor(Kept, id).state()),
    measured(`version ${version} of them`, version, (id) =>
      bare.actor(Counter, id).state({ version }),
    ),
  ])
  tell({
    id: 'activation',
    question: 'How long does an actor take to come into memory?',
    setting: `${actors} actors of ${shown(events)} events of 100 bytes, in LMDB, none in memory; the median of each round`,
    figures: [...found].map(([name, values]) => ({ name, unit: 'us', values })),
  })
  await bare.close()
  await kept.close()
})

function shown(count: number): string {
  return count.toLocaleString('en')
}

/** A directory full of events, and a runtime on it with room for one actor. */
async function open(scratch: Scratch, name: string, actor: AnyActor): Promise<Runtime> {
  const dataDir = scratch.directory(name)
  const store = await openFilledLog(dataDir, appendsOf(actors), events)
  await store.close()
  const app = defineApp({ actors: [actor] })
  return await openRuntime({ app, dataDir, workers: 'inline', limits: { actorsMax: 1 } })
}

/** Each actor by itself, so that a pause of the machine counts for one of them. Microseconds. */
function measured(
  name: string,
  count: number,
  ask: (id: string) => Promise<{ readonly count: number }>,
) {
  const measure = async (): Promise<number> => {
    const timesUs: number[] = []
    for (let asked = 0; asked < askedTimes; asked++) {
      for (const id of ids) {
        const startedMs = performance.now()
        const state = await ask(id)
        timesUs.push((performance.now() - startedMs) * 1_000)
        exactly(`events of ${id}`, state.count, count)
      }
      await yieldToEventLoop()
    }
    return spreadOf(timesUs).median
  }
  return { name, measure }
}
