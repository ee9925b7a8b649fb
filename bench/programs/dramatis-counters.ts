/**
 * Dramatis as users run it: commands to a thousand actors, each with one on its way at a time.
 */

import { openRuntime } from 'dramatis'
import app, { Counter } from './counter.js'
import { actors, batchCommands, type Program, payload } from './program.js'

export async function openDramatisCounters(dataDir: string): Promise<Program> {
  const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  const counters = Array.from({ length: actors }, (_, n) => runtime.actor(Counter, `counter-${n}`))
  return {
    name: 'Dramatis',
    writeBatch: async () => {
      await Promise.all(
        counters.map(async (counter) => {
          for (let sent = 0; sent < batchCommands / actors; sent++) {
            await counter.send('add', payload)
          }
        }),
      )
    },
    recorded: () => runtime.status().store.head,
    close: () => runtime.close(),
  }
}
