/**
 * How many steps of sagas come through per second, end to end and durable, and how late are timers then?
 *
 * 10,000 instances of five steps, each step a command to one of 1,000 actors, in LMDB with an fsync per
 * group, the index of instances kept on a worker thread. A step counts when its instance has recorded its
 * end; the clock runs from the first starting event to the last `Completed`. Beside it, timers fire all
 * along: first while as many instances as possible begin at once, then while they begin at a set rate.
 * Each round has a directory of its own.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openRuntime, type Runtime } from 'dramatis'
import app, { Alarm, Job, Work } from './programs/saga-app.js'

const instances = 10_000
const stepsEach = 5
const timers = 2_000
/** Starting commands in flight. */
const inFlight = 1_000
const rounds = 5
/** Instances that begin per second where the rate is set: 2,000 steps. */
const ratePerSecond = 400
const tickMs = 10

interface Round {
  readonly stepsPerSecond: number
  readonly lateMs: readonly number[]
  readonly heapMiB: number
}

void app
const results: Round[] = []
for (let round = 0; round < rounds; round++) {
  results.push(await runRound(startAll))
  const { stepsPerSecond } = results.at(-1)!
  console.log(`round ${round + 1} of ${rounds}: ${Math.round(stepsPerSecond)} steps per second`)
}
console.log(`at ${ratePerSecond * stepsEach} steps per second`)
const paced = await runRound(startPaced)
for (const line of report()) console.log(line)

async function runRound(start: (runtime: Runtime) => Promise<void>): Promise<Round> {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
  const runtime = await openRuntime({
    app: new URL('./programs/saga-app.js', import.meta.url),
    dataDir: directory,
    workers: 1,
  })
  const lateness = watchTimers()
  try {
    await setTimers(runtime)
    const completed = watchCompleted(runtime)
    const startMs = performance.now()
    await start(runtime)
    await completed
    const seconds = (performance.now() - startMs) / 1_000
    return {
      stepsPerSecond: (instances * stepsEach) / seconds,
      lateMs: lateness.stop(),
      heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    }
  } finally {
    await runtime.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** One every two milliseconds, from half a second on. */
async function setTimers(runtime: Runtime): Promise<void> {
  const settings = Array.from({ length: timers }, (_each, at) =>
    runtime.schedule(`alarm-${at}`, runtime.actor(Alarm, `${at % 100}`).command('ring', {}), {
      afterMs: 500 + at * 2,
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

function report(): string[] {
  const speeds = results.map(({ stepsPerSecond }) => stepsPerSecond).sort((a, b) => a - b)
  return [
    '',
    `Steps per second, ${rounds} rounds of ${text(instances)} instances of ${stepsEach} (median, range)`,
    `  ${text(speeds[speeds.length >> 1]!)}  (${text(speeds[0]!)} to ${text(speeds.at(-1)!)})`,
    'Lateness of timers meanwhile, ms (timers, p50, p99, max)',
    lateness(
      'as fast as possible',
      results.flatMap(({ lateMs }) => lateMs),
    ),
    lateness(`at ${text(paced.stepsPerSecond)} steps per second`, paced.lateMs),
  ]
}

function lateness(load: string, lateMs: readonly number[]): string {
  const late = [...lateMs].sort((a, b) => a - b)
  const percentile = (share: number): number => late[Math.floor((late.length - 1) * share)] ?? 0
  const figures = [text(late.length), percentile(0.5), percentile(0.99), percentile(1)]
  return `  ${load.padEnd(34)}${figures.join('  ')}`
}

function text(value: number): string {
  return Math.round(value).toLocaleString('en')
}
