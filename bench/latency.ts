/**
 * How long does a command take at a given rate, to its receipt and to the view that shows it?
 *
 * An open loop over a thousand actors, with a view and a handler on a worker thread that follow. The rate
 * of the target has five rounds; the others show where it ends.
 */

import { openRuntime, type Runtime } from 'dramatis'
import { Counter } from './programs/counter.js'
import { idle } from './programs/idle-handler.js'
import { actors, payload } from './programs/program.js'
import { Tallies } from './programs/tallies.js'
import { ViewWatch } from './programs/view-watch.js'
import type { Chart, Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { Latencies } from './suite/latencies.js'
import { runOpenLoop } from './suite/open-loop.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { spreadOf } from './suite/spread.js'
import { tell } from './suite/tell.js'

const targetRate = 10_000
const rates = [1_000, 2_000, 5_000, targetRate, 20_000, 40_000]
const rounds = 5
const targetMs = scaled(3_000)
const otherMs = scaled(3_000)
const percents: Readonly<Record<string, number>> = { p50: 50, p99: 99, 'p99.9': 99.9, max: 100 }

interface Round {
  readonly ratePerSecond: number
  /** To the call of `send`: what the loop itself is late by. */
  readonly sent: Latencies
  readonly receipt: Latencies
  readonly view: Latencies
  /** Commands that found too many in flight. */
  readonly refused: number
}

await withScratch(async (scratch) => {
  const app = new URL('./programs/followed-counters.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir: scratch.directory('data'), workers: 1 })
  const counters = Array.from({ length: actors }, (_, at) =>
    runtime.actor(Counter, `counter-${at}`),
  )
  const send = (at: number) => counters[at % actors]!.send('add', payload)
  await runRound(runtime, send, targetRate, scaled(2_000))

  const found: Round[] = []
  for (const rate of rates) {
    const [times, durationMs] = rate === targetRate ? [rounds, targetMs] : [1, otherMs]
    for (let round = 0; round < times; round++) {
      found.push(await runRound(runtime, send, rate, durationMs))
    }
  }
  await assertShown(runtime)
  tell({
    id: 'latency',
    question: 'How long does a command take at a given rate, to its receipt and to the view?',
    setting:
      'open loop, counted from when a command was due; 1,000 actors, one event of 100 bytes each, fsync per group; a view of 1,000 rows and a handler on one worker',
    figures: rates.flatMap((rate) => figuresOf(rate, roundsAt(found, rate))),
    charts: [chartOf(found)],
  })
  await runtime.close()
})

async function runRound(
  runtime: Runtime,
  send: (at: number) => Promise<{ readonly position: number }>,
  ratePerSecond: number,
  durationMs: number,
): Promise<Round> {
  const count = Math.round((ratePerSecond * durationMs) / 1_000)
  const { head } = runtime.status().store
  const watch = new ViewWatch(Tallies.name, head, count)
  const sent = new Latencies()
  const receipt = new Latencies()
  let refused = 0
  const sendOne = async (at: number, dueMs: number): Promise<void> => {
    sent.record(performance.now() - dueMs)
    try {
      const { position } = await send(at)
      receipt.record(performance.now() - dueMs)
      watch.recorded(position, dueMs)
    } catch (error) {
      if ((error as { code?: string }).code !== 'DRAMATIS_OVERLOADED') throw error
      refused++
    }
  }
  const schedule = { startMs: performance.now(), ratePerSecond, count }
  // Counted: a list of so many promises would be work for the garbage collector meanwhile.
  await new Promise<void>((resolve, reject) => {
    let open = count
    const settle = (): void => {
      if (--open === 0) resolve()
    }
    runOpenLoop(schedule, (at, dueMs) => void sendOne(at, dueMs).then(settle, reject)).catch(reject)
  })
  await caughtUp(runtime)
  watch.close()
  if (ratePerSecond <= targetRate) exactly(`refused at ${ratePerSecond}/s`, refused, 0)
  exactly('receipts', receipt.count, count - refused)
  exactly('events that the view shows', watch.latencies.count, count - refused)
  exactly('events recorded', runtime.status().store.head - head, count - refused)
  return { ratePerSecond, sent, receipt, view: watch.latencies, refused }
}

async function caughtUp(runtime: Runtime): Promise<void> {
  const { head } = runtime.status().store
  const timeoutMs = 600_000
  await runtime.caughtUp(head, { view: Tallies, timeoutMs })
  await runtime.caughtUp(head, { handler: idle, timeoutMs })
}

/** Every event is in a row of the view, and was handled, once. */
async function assertShown(runtime: Runtime): Promise<void> {
  const { head } = runtime.status().store
  let shown = 0
  for (let at = 0; at < actors; at++) {
    shown += (await runtime.view(Tallies).get(`counter-${at}`))!.events
  }
  exactly('events in rows', shown, head)
  exactly('events handled', runtime.handler(idle).status().handled, head)
}

function roundsAt(found: readonly Round[], rate: number): readonly Round[] {
  return found.filter(({ ratePerSecond }) => ratePerSecond === rate)
}

function figuresOf(rate: number, found: readonly Round[]): readonly Figure[] {
  const at = `at ${rate.toLocaleString('en')}/s`
  const figures = (['receipt', 'view'] as const).flatMap((to) =>
    Object.entries(percents).map(([name, percent]) => ({
      name: `${to} ${name} ${at}`,
      unit: 'ms' as const,
      values: found.map((round) => round[to].percentileMs(percent)),
    })),
  )
  const late = found.map(({ sent }) => sent.percentileMs(99))
  const refused = found.map((round) => round.refused)
  return [
    ...figures,
    { name: `sent late p99 ${at}`, unit: 'ms', values: late },
    { name: `refused ${at}`, unit: 'count', values: refused },
  ]
}

function chartOf(found: readonly Round[]): Chart {
  const lines = (['receipt', 'view'] as const).flatMap((to) =>
    ['p50', 'p99', 'p99.9'].map((name) => ({
      name: `${name} to the ${to}`,
      points: rates.map((rate) => ({
        x: rate,
        y: spreadOf(roundsAt(found, rate).map((each) => each[to].percentileMs(percents[name]!)))
          .median,
      })),
    })),
  )
  return {
    id: 'latency-by-rate',
    title: 'Latency of durable commands by their rate',
    x: { title: 'commands per second', scale: 'log' },
    y: { title: 'ms', scale: 'log' },
    lines,
  }
}
