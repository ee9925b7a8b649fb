/**
 * How many steps of sagas come through per second, end to end and durable, and how late are timers then?
 *
 * 10,000 instances of five steps, each step a command to one of 1,000 actors, in LMDB with an fsync per
 * group, the index of instances kept on a worker thread. A step counts when its instance has recorded its
 * end; the clock runs from the first starting event to the last `Completed`. Beside it, timers fire all
 * along. Each round has a directory of its own.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRuntime, type Runtime } from 'dramatis'
import app, { Alarm, Job, Work } from './programs/saga-app.js'

const instances = 10_000
const stepsEach = 5
const timers = 2_000
/** Starting commands in flight. */
const inFlight = 1_000
const rounds = 5

interface Round {
  readonly stepsPerSecond: number
  readonly lateMs: readonly number[]
  readonly heapMiB: number
}

void app
const results: Round[] = []
for (let round = 0; round < rounds; round++) {
  results.push(await runRound())
  const { stepsPerSecond } = results.at(-1)!
  console.log(`round ${round + 1} of ${rounds}: ${Math.round(stepsPerSecond)} steps per second`)
}
for (const line of report()) console.log(line)

async function runRound(): Promise<Round> {
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
    await startAll(runtime)
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
  const late = results.flatMap(({ lateMs }) => lateMs).sort((a, b) => a - b)
  const percentile = (share: number): number => late[Math.floor((late.length - 1) * share)] ?? 0
  const text = (value: number): string => Math.round(value).toLocaleString('en')
  return [
    '',
    `Steps per second, ${rounds} rounds of ${text(instances)} instances of ${stepsEach} (median, range)`,
    `  ${text(speeds[speeds.length >> 1]!)}  (${text(speeds[0]!)} to ${text(speeds.at(-1)!)})`,
    `Lateness of ${text(late.length)} timers that fired meanwhile, ms (p50, p99, max)`,
    `  ${percentile(0.5)}  ${percentile(0.99)}  ${percentile(1)}`,
  ]
}
