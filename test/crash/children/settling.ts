/**
 * Opens a directory, redrives what is parked if told to, waits until nothing is left to do, closes.
 *
 * Says `opened EPOCH`, `redriven KEYS`, and `settled JSON` with a {@link Settlement}.
 */

import { subscribe } from 'node:diagnostics_channel'
import {
  type DeadLetter,
  type HandlerStatus,
  openRuntime,
  type Runtime,
} from '../../../src/index.js'
import { everyLetter } from '../../support/every-page.js'
import { givenOptions, say } from '../../support/say.js'
import app from '../app.js'

export interface SettlingOptions {
  readonly dataDir: string
  readonly workers: number | 'inline'
  readonly redrive: boolean
}

/** How a directory stands once nothing is left to do. */
export interface Settlement {
  readonly head: number
  readonly handlers: readonly HandlerStatus[]
  readonly letters: readonly DeadLetter[]
}

/** How long anything may take. */
const timeoutMs = 15_000

const { dataDir, workers, redrive } = givenOptions<SettlingOptions>()
const runtime = await openRuntime({ app: new URL('../app.js', import.meta.url), dataDir, workers })
say(`opened ${runtime.status().store.epoch}`)
if (redrive) say(`redriven ${(await runtime.deadLetters.redrive()).keys}`)
const { head } = runtime.log
for (const view of app.projectors) await runtime.caughtUp(head, { view, timeoutMs })
for (const handler of app.handlers) await runtime.caughtUp(head, { handler, timeoutMs })
await nothingWaits(runtime)
const { handlers } = runtime.status()
const letters = await everyLetter(runtime)
const settlement: Settlement = { head, handlers, letters }
say(`settled ${JSON.stringify(settlement)}`)
await runtime.close()

/** Looks again after every batch that a handler finishes. */
async function nothingWaits(opened: Runtime): Promise<void> {
  const isDone = (): boolean => opened.status().handlers.every((each) => each.retryingKeys === 0)
  await new Promise<void>((resolve, reject) => {
    const giveUp = setTimeout(() => {
      reject(new Error(`still not done: ${JSON.stringify(opened.status().handlers)}`))
    }, timeoutMs)
    const look = (): void => {
      if (!isDone()) return
      clearTimeout(giveUp)
      resolve()
    }
    subscribe('dramatis:batch', look)
    look()
  })
}
