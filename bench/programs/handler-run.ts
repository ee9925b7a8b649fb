/**
 * A handler that works through a full log, from a work store that knows nothing of it.
 *
 * The first events warm its threads up; they are of streams of their own. What is timed is what is left
 * of the log by then, until the last cursor is durable.
 */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type HandlerDefinition, openRuntime, type Runtime } from 'dramatis'
import type { SampleOf } from './sample-log.js'

export interface HandlerRun {
  readonly dataDir: string
  /** The app's module. */
  readonly app: URL
  readonly handler: HandlerDefinition
  readonly workers: number
  /** In the log, those that warm up included. */
  readonly events: number
  readonly warmUpEvents: number
  /** Throws unless everything was done. */
  readonly check: (runtime: Runtime) => Promise<void>
}

/** Events of as many streams before and after those that warm up, in turns. */
export function warmedUp(
  warmUpEvents: number,
  streams: number,
  nameOf: (stream: number) => string,
): SampleOf {
  return (at) => {
    const stream = at % streams
    return { type: 'Added', aggregateId: at < warmUpEvents ? `warm-${stream}` : nameOf(stream) }
  }
}

/** @returns events per second. */
export async function runHandler(run: HandlerRun): Promise<number> {
  const { dataDir, app, handler, workers, events, warmUpEvents, check } = run
  await rm(join(dataDir, 'work'), { recursive: true, force: true })
  const runtime = await openRuntime({ app, dataDir, workers })
  try {
    const patience = { handler, timeoutMs: 600_000 }
    await runtime.caughtUp(warmUpEvents, patience)
    const startedMs = performance.now()
    // Of the threads, one may be further than the cursor.
    const { handled } = runtime.handler(handler).status()
    await runtime.caughtUp(events, patience)
    const durationMs = performance.now() - startedMs
    await check(runtime)
    return ((events - handled) / durationMs) * 1_000
  } finally {
    await runtime.close()
  }
}
