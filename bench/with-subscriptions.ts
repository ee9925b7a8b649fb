/**
 * What do commands lose while a view and a handler follow them on worker threads, and do those keep up?
 *
 * Durable commands to a thousand actors, a thousand in flight; a view with a row per actor and a handler
 * that does nothing, on one worker thread (what a runtime on two cores takes by default) and on two; beside
 * the same commands with neither. How far behind both are is looked at when the last receipt is there. Then
 * they catch up before the next turn begins.
 */

import { openRuntime, type Runtime } from 'dramatis'
import { Counter } from './programs/counter.js'
import { idle } from './programs/idle-handler.js'
import { actors, payload } from './programs/program.js'
import { Tallies } from './programs/tallies.js'
import type { Figure } from './suite/answer.js'
import { rateOf } from './suite/rate.js'
import { scaled } from './suite/scale.js'
import { type Scratch, withScratch } from './suite/scratch.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { measureInTurns, usualRounds } from './suite/turns.js'

const commandsPerActor = scaled(100, 10)
const commands = commandsPerActor * actors

interface Found {
  readonly perSecond: number
  /** Positions behind the head. */
  readonly viewLag: number
  readonly handlerLag: number
}

interface Subject {
  readonly runtime: Runtime
  measure(): Promise<Found>
}

await withScratch(async (scratch) => {
  const subjects: Readonly<Record<string, Subject>> = {
    without: await openAlone(scratch.directory('alone')),
    'Dramatis, one worker': await openFollowed(scratch, 1),
    'Dramatis, two workers': await openFollowed(scratch, 2),
  }
  // Once, for the compiler.
  for (const { measure } of Object.values(subjects)) await measure()
  const cases = Object.entries(subjects).map(([name, { measure }]) => ({ name, measure }))
  const found = await measureInTurns(cases)
  tell({
    id: 'with-subscriptions',
    question: 'How many durable commands per second, while a view and a handler follow?',
    setting:
      `${commands.toLocaleString('en')} commands a turn, ${actors.toLocaleString('en')} actors, as many in ` +
      'flight; one event of 100 bytes each; commands, rows and cursors flushed; lag at the last receipt',
    figures: figuresOf(found),
  })
  for (const { runtime } of Object.values(subjects)) {
    const { head } = runtime.status().store
    const wanted = commands * (usualRounds.rounds + 1)
    if (head !== wanted) throw new Error(`expected ${wanted} events, found ${head}`)
    await runtime.close()
  }
})

async function openAlone(dataDir: string): Promise<Subject> {
  const app = new URL('./programs/counter.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  return {
    runtime,
    measure: async () => ({ perSecond: await sendAll(runtime), viewLag: 0, handlerLag: 0 }),
  }
}

async function openFollowed(scratch: Scratch, workers: number): Promise<Subject> {
  const app = new URL('./programs/followed-counters.js', import.meta.url)
  const dataDir = scratch.directory(`followed-by-${workers}`)
  const runtime = await openRuntime({ app, dataDir, workers })
  return {
    runtime,
    measure: async () => {
      const perSecond = await sendAll(runtime)
      const viewLag = runtime.view(Tallies).status().lag
      const handlerLag = runtime.handler(idle).status().lag
      await assertCaughtUp(runtime)
      return { perSecond, viewLag, handlerLag }
    },
  }
}

/** @returns durable commands per second. */
async function sendAll(runtime: Runtime): Promise<number> {
  const before = runtime.status().store.head
  const perSecond = await rateOf(commands, () =>
    Promise.all(Array.from({ length: actors }, (_each, actor) => sendTo(runtime, actor))),
  )
  const recorded = runtime.status().store.head - before
  if (recorded === commands) return perSecond
  throw new Error(`expected ${commands} events, found ${recorded}`)
}

async function sendTo(runtime: Runtime, actor: number): Promise<void> {
  const counter = runtime.actor(Counter, `counter-${actor}`)
  for (let sent = 0; sent < commandsPerActor; sent++) await counter.send('add', payload)
}

/** Waits for both; every event is in a row, and was handled, once. */
async function assertCaughtUp(runtime: Runtime): Promise<void> {
  const { head } = runtime.status().store
  const patience = { timeoutMs: 600_000 }
  await runtime.caughtUp(head, { view: Tallies, ...patience })
  await runtime.caughtUp(head, { handler: idle, ...patience })
  const { handled } = runtime.handler(idle).status()
  if (handled !== head) throw new Error(`expected ${head} handled, found ${handled}`)
  let shown = 0
  for (let actor = 0; actor < actors; actor++) {
    shown += (await runtime.view(Tallies).get(`counter-${actor}`))!.events
  }
  if (shown !== head) throw new Error(`expected ${head} shown, found ${shown}`)
}

function figuresOf(found: ReadonlyMap<string, readonly Found[]>): readonly Figure[] {
  const speedsOf = (name: string) => found.get(name)!.map(({ perSecond }) => perSecond)
  const ratioOf = (name: string) => ratios(speedsOf(name), speedsOf('without'))
  const lags = (name: string, workers: string): Figure[] => [
    {
      name: `lag of the view, ${workers}`,
      unit: 'count',
      values: found.get(name)!.map(({ viewLag }) => viewLag),
    },
    {
      name: `lag of the handler, ${workers}`,
      unit: 'count',
      values: found.get(name)!.map(({ handlerLag }) => handlerLag),
    },
  ]
  return [
    ...[...found.keys()].map((name) => ({
      name,
      unit: 'per second' as const,
      values: speedsOf(name),
    })),
    { name: 'of without', unit: 'ratio', values: ratioOf('Dramatis, one worker') },
    { name: 'of without, two workers', unit: 'ratio', values: ratioOf('Dramatis, two workers') },
    ...lags('Dramatis, one worker', 'one worker'),
    ...lags('Dramatis, two workers', 'two workers'),
  ]
}
