/**
 * One life of a child that fulfils orders: from its start to its end, or until it is killed.
 *
 * Owns the process: whatever happens it is gone when the promise settles.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TwinReport } from './fulfilment-figures.js'
import type { ChildMessage, FulfilmentJob } from './fulfilment-job.js'

const script = fileURLToPath(new URL('./fulfilment-child.js', import.meta.url))

/** A child ended by itself, and should not have. */
export class ChildEndedError extends Error {
  override readonly name = 'ChildEndedError'
}

/**
 * Runs a child. It is killed (SIGKILL) as soon as it says that it may be.
 *
 * @param onEvents - Told how many events its log has.
 * @returns what it reported at the end; `null`: it was killed.
 * @throws {ChildEndedError} when it failed
 * @throws the reason of the signal, when that is aborted.
 */
export async function live(
  job: FulfilmentJob,
  onEvents: (events: number) => void,
  signal: AbortSignal,
): Promise<TwinReport | null> {
  signal.throwIfAborted()
  // Nothing of a child's belongs on stdout: the figures are there.
  const child = fork(script, [JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  let report: TwinReport | null = null
  let isKilled = false
  child.on('message', (message: ChildMessage) => {
    if (message.kind === 'done') report = message.report
    else onEvents(message.events)
    if (message.kind !== 'killable') return
    isKilled = true
    kill()
  })
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    signal.throwIfAborted()
    if (isKilled || report !== null) return report
    throw new ChildEndedError(
      `expected the ${job.twin} child to report, found it ended with ${code}`,
    )
  } finally {
    signal.removeEventListener('abort', kill)
    kill()
  }
}
