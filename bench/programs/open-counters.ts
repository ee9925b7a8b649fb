/**
 * A runtime on counters, and a way to send to them one after the other.
 */

import { openRuntime, type Runtime } from 'dramatis'
import { exactly } from '../suite/exactly.js'
import app, { Counter } from './counter.js'
import { keepInFlight } from './keep-in-flight.js'
import { payload } from './program.js'

export interface Counters {
  /** Sends a command to the next counter. Resolves when its receipt is there. */
  send(): Promise<unknown>
  /** Sends so many, with so many of them on their way at any time. */
  sendMany(count: number, inFlight: number): Promise<void>
  /** Throws, when it is closed, unless exactly what was sent is recorded. */
  close(): Promise<void>
}

/** In a directory of their own, flushed to the disk before each receipt. */
export async function openCounters(dataDir: string, count: number): Promise<Counters> {
  const runtime: Runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  const counters = Array.from({ length: count }, (_, at) => runtime.actor(Counter, `counter-${at}`))
  let sent = 0
  const send = (): Promise<unknown> => counters[sent++ % count]!.send('add', payload)
  return {
    send,
    sendMany: (many, inFlight) => keepInFlight(many, inFlight, send),
    close: async () => {
      const { head } = runtime.status().store
      await runtime.close()
      exactly('events recorded', head, sent)
    },
  }
}
