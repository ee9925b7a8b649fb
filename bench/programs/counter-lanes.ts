/**
 * Commands to counters in a given order, so many of them on their way at any time.
 *
 * Each command goes through a reference made for it, as a server does per request.
 */

import { openRuntime, type RuntimeOptions } from 'dramatis'
import app, { Counter } from './counter.js'
import { counterId } from './fill-store.js'
import { payload } from './program.js'

export interface CounterLanes {
  /** Sends one command to each, in that order. Resolves when all are durable. */
  send(actors: Iterable<number>): Promise<void>
  /** Events that are in its log. */
  recorded(): number
  /** Actors in memory. */
  resident(): number
  close(): Promise<void>
}

export async function openCounterLanes(
  dataDir: string,
  limits: NonNullable<RuntimeOptions['limits']> = {},
  inFlight = 1_000,
  durability: RuntimeOptions['durability'] = 'flush',
): Promise<CounterLanes> {
  const runtime = await openRuntime({ app, dataDir, workers: 'inline', limits, durability })
  return {
    send: async (actors) => {
      const order = actors[Symbol.iterator]()
      const lane = async (): Promise<void> => {
        for (let next = order.next(); next.done !== true; next = order.next()) {
          await runtime.actor(Counter, counterId(next.value)).send('add', payload)
        }
      }
      await Promise.all(Array.from({ length: inFlight }, lane))
    },
    recorded: () => runtime.status().store.head,
    resident: () => runtime.status().actors.actorsResident,
    close: () => runtime.close(),
  }
}

/** Every one of some actors in turn, again and again. */
export function* inTurns(actors: Iterable<number>, times: number): Generator<number> {
  for (let time = 0; time < times; time++) yield* actors
}

/** How long one of so many takes on average. Microseconds. */
export async function microsecondsEach(count: number, work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return ((performance.now() - startedMs) / count) * 1_000
}
