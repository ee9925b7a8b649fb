/**
 * What does it take to have a worker thread do something, and to hear of it?
 *
 * A round trip with a batch of events, one at a time: as a task of its own, as a turn of a projector is; as a
 * message to a task under way and its answer, as pumps of handlers talk; and as a task of bare piscina with
 * the same settings. In all of them the batch is copied, which the runtime avoids: it sends positions, and
 * threads read the log themselves.
 */

import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { systemClock } from '../src/base/clock.js'
import type { RunningTask, TaskPool } from '../src/pool/contracts.js'
import { openPiscinaPool } from '../src/pool/piscina-pool.js'
import type { Batch, PoolRequest } from './programs/pool-task.js'
import { payload } from './programs/program.js'
import { commandIdOf } from './programs/sample-log.js'
import { ratios } from './suite/spread.js'
import { tell } from './suite/tell.js'
import { type Case, takeTurns } from './suite/turns.js'

/** Events in a batch, and how many batches a case sends in one run. */
const sizes = [
  { events: 1, batches: 500 },
  { events: 64, batches: 200 },
  { events: 1_024, batches: 20 },
]
const rounds = { rounds: 5, limits: { minSamples: 3, maxTime: 0.1 } }
const module = new URL('./programs/pool-task.js', import.meta.url)

const pool = openPiscinaPool({ threads: 1, module: module.href, options: null, clock: systemClock })
const bare = new Piscina({
  filename: fileURLToPath(module),
  minThreads: 1,
  maxThreads: 1,
  idleTimeout: Number.POSITIVE_INFINITY,
  concurrentTasksPerWorker: 256,
  atomics: 'disabled',
  recordTiming: false,
})
const listener = openListener(pool)
const found = await takeTurns('round trips', sizes.flatMap(casesOf), rounds)
tell({
  id: 'pool',
  question: 'What does a round trip to a worker thread take?',
  setting: 'one thread, one round trip at a time, events of 100 bytes copied; nothing is durable',
  figures: [
    ...[...found].map(([name, perSecond]) => ({
      name,
      unit: 'us' as const,
      values: perSecond.map((each) => 1_000_000 / each),
    })),
    ...sizes.flatMap(({ events }) =>
      ['task', 'message'].map((kind) => ({
        name: `of bare, ${nameOf(kind, events)}`,
        unit: 'ratio' as const,
        // Of speeds, as everywhere: more is better.
        values: ratios(
          found.get(nameOf(kind, events))!,
          found.get(nameOf('bare piscina', events))!,
        ),
      })),
    ),
  ],
})
await listener.end()
await pool.close()
await bare.destroy()

function nameOf(kind: string, events: number): string {
  return `${kind} of ${events.toLocaleString('en')}`
}

function casesOf({ events, batches }: (typeof sizes)[number]): readonly Case[] {
  const batch = Array.from({ length: events }, (_each, at) => ({
    type: 'Added',
    position: at + 1,
    aggregateId: `counter-${at}`,
    commandId: commandIdOf(at),
    data: payload,
  }))
  const repeated = (kind: string, send: () => Promise<unknown>): Case => ({
    name: nameOf(kind, events),
    perRun: batches,
    run: async () => {
      for (let sent = 0; sent < batches; sent++) {
        const counted = await send()
        if (counted !== events) throw new Error(`expected ${events} counted, found ${counted}`)
      }
    },
  })
  return [
    repeated('task', () => runTask({ batch })),
    repeated('message', () => listener.send(batch)),
    repeated('bare piscina', () => bare.run(batch)),
  ]
}

async function runTask(request: PoolRequest): Promise<unknown> {
  const end = await pool.run(request, () => {}).ended
  return end.outcome === 'returned' ? end.value : end.error
}

/** A task that answers messages, one at a time. */
function openListener(on: TaskPool): {
  send(batch: Batch): Promise<unknown>
  end(): Promise<unknown>
} {
  let answer: (counted: unknown) => void = () => {}
  const request: PoolRequest = 'listen'
  const task: RunningTask = on.run(request, (counted) => answer(counted))
  const send = (batch: Batch): Promise<unknown> =>
    new Promise((resolve) => {
      answer = resolve
      task.post(batch)
    })
  return {
    send,
    end: async () => {
      await send([])
      return await task.ended
    },
  }
}
