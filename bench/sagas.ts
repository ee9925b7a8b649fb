/**
 * How many steps of sagas come through per second, end to end and durable, and how late are timers then?
 *
 * Each instance has five steps, each a command to one of 1,000 actors; the index of instances is kept on a
 * worker thread. A step counts when its instance has recorded its end; the clock runs from the first
 * starting event to the last `Completed`. Beside it, timers fire all along: first while as many instances
 * as possible begin at once, then while they begin at a set rate. Each round has a directory of its own.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout as pause } from 'node:timers/promises'
import { openRuntime, type Runtime } from 'dramatis'
import { Alarm, Job, Work } from './programs/saga-app.js'
import type { Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { percentileOf } from './suite/percentile.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'

const instances = scaled(1_500, 500)
const stepsEach = 5
const timers = 3_000
/** Starting commands in flight. */
const inFlight = 1_000
const rounds = 5
/** Instances that begin per second where the rate is set: 2,000 steps. */
const ratePerSecond = 400
const tickMs = 10

interface Round {
  readonly stepsPerSecond: number
  readonly lateMs: readonly number[]
}

await withScratch(async (scratch) => {
  const fast: Round[] = []
  for (let round = 0; round < rounds; round++) {
    fast.push(await runRound(scratch.directory(`round-${round}`), startAll))
  }
  const paced = await runRound(scratch.directory('paced'), startPaced)
  tell({
    id: 'sagas',
    question: 'How many steps of sagas per second, and how late are timers meanwhile?',
    setting: `${instances.toLocaleString('en')} instances of ${stepsEach} steps, 1,000 actors, 500 timers a second; fsync per group; one worker`,
    figures: [
      {
        name: 'steps',
        unit: 'per second',
        values: fast.map(({ stepsPerSecond }) => stepsPerSecond),
      },
      ...lateness('timers late', fast),
      ...lateness(`timers late at ${ratePerSecond * stepsEach} steps/s`, [paced]),
    ],
  })
})

async function runRound(
  dataDir: string,
  start: (runtime: Runtime) => Promise<void>,
): Promise<Round> {
  const app = new URL('./programs/saga-app.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  let lateness: ReturnType<typeof watchTimers> | undefined
  try {
    await setTimers(runtime)
    const completed = watchCompleted(runtime)
    lateness = watchTimers()
    const startMs = performance.now()
    await start(runtime)
    await completed
    const seconds = (performance.now() - startMs) / 1_000
    const lateMs = lateness.stop()
    exactly('units booked', await countBooked(runtime), instances * stepsEach)
    return { stepsPerSecond: (instances * stepsEach) / seconds, lateMs }
  } finally {
    lateness?.stop()
    await runtime.close()
  }
}

/** One every two milliseconds, from a tenth of a second on: some fire whenever a round begins and ends. */
async function setTimers(runtime: Runtime): Promise<void> {
  const settings = Array.from({ length: timers }, (_each, at) =>
    runtime.schedule(`alarm-${at}`, runtime.actor(Alarm, `${at % 100}`).command('ring', {}), {
      afterMs: 100 + at * 2,
    }),
  )
  await Promise.all(settings)
}

async function startAll(runtime: Runtime): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < instances; at = next++) {
      await runtime.actor(Job, `${at}`).send('ask', { units: 1 })
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

/** A few at every tick, whether those before have come through or not. */
async function startPaced(runtime: Runtime): Promise<void> {
  const startMs = performance.now()
  const sent: Promise<unknown>[] = []
  while (sent.length < instances) {
    const due = Math.ceil(((performance.now() - startMs) / 1_000) * ratePerSecond)
    while (sent.length < Math.min(due, instances)) {
      sent.push(runtime.actor(Job, `${sent.length}`).send('ask', { units: 1 }))
    }
    await pause(tickMs)
  }
  await Promise.all(sent)
}

function watchCompleted(runtime: Runtime): Promise<void> {
  let completed = 0
  return new Promise((resolve) => {
    runtime.bus.subscribe(`${Work.name}.Completed`, () => {
      if (++completed === instances) resolve()
    })
  })
}

async function countBooked(runtime: Runtime): Promise<number> {
  let booked = 0
  for await (const { type } of runtime.log.read({ after: 0, types: ['UnitsBooked'] })) {
    if (type === 'UnitsBooked') booked++
  }
  return booked
}

function watchTimers(): { stop(): readonly number[] } {
  const lateMs: number[] = []
  const listen = (message: unknown): void => {
    const { action, lateMs: late } = message as { action: string; lateMs?: number }
    if (action === 'fired' && late !== undefined) lateMs.push(late)
  }
  subscribe('dramatis:timer', listen)
  return {
    stop: () => {
      unsubscribe('dramatis:timer', listen)
      return lateMs
    },
  }
}

function lateness(name: string, of: readonly Round[]): readonly Figure[] {
  const figure = (which: string, share: number): Figure => ({
    name: `${name}, ${which}`,
    unit: 'ms',
    values: of.map(({ lateMs }) => percentileOf(lateMs, share)),
  })
  return [figure('p50', 0.5), figure('p99', 0.99), figure('max', 1)]
}
