/**
 * One life of a child that fulfils orders: from its start to its end, or until it is killed.
 *
 * Owns the process: whatever happens it is gone when the promise settles. Should this process be gone
 * first, however it ended, the child notices and ends by itself (`fulfilment-child.ts`).
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TwinReport } from './fulfilment-figures.js'
import type { ChildMessage, FoundAtOpening, FulfilmentJob } from './fulfilment-job.js'

const script = fileURLToPath(new URL('./fulfilment-child.js', import.meta.url))

/** A child ended by itself, and should not have. */
export class ChildEndedError extends Error {
  override readonly name = 'ChildEndedError'
}

/** Who looks on. */
export interface LifeWatcher {
  readonly onOpened: (found: FoundAtOpening) => void
  /** Told how many events the log has, again and again. */
  readonly onEvents: (events: number) => void
}

/**
 * Runs a child. It is killed (SIGKILL) as soon as it says that it may be.
 *
 * @returns what it reported at the end; `null`: it was killed.
 * @throws {ChildEndedError} when it failed
 * @throws the reason of the signal, when that is aborted.
 */
export async function live(
  job: FulfilmentJob,
  watcher: LifeWatcher,
  signal: AbortSignal,
): Promise<TwinReport | null> {
  signal.throwIfAborted()
  // Nothing of a child's belongs on stdout: the figures are there.
  const child = fork(script, [JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  let last: ChildMessage | null = null
  child.on('message', (message: ChildMessage) => {
    // What it says after that, it says while it is being killed.
    if (last?.kind === 'killable') return
    last = message
    if (message.kind === 'opened') watcher.onOpened(message.found)
    if (message.kind === 'progress' || message.kind === 'killable') watcher.onEvents(message.events)
    if (message.kind === 'killable') kill()
  })
  try {
    // 'close', not 'exit': what it said last may arrive after its end.
    const [code, endedBy] = (await once(child, 'close')) as [number | null, string | null]
    signal.throwIfAborted()
    return outcomeOf(job, last, `${code ?? endedBy}`)
  } finally {
    signal.removeEventListener('abort', kill)
    kill()
  }
}

/** @throws {ChildEndedError} when its last word is no proper end. */
function outcomeOf(job: FulfilmentJob, last: ChildMessage | null, end: string): TwinReport | null {
  if (last?.kind === 'done') return last.report
  if (last?.kind === 'killable') return null
  const found = last?.kind === 'failed' ? last.message : `it ended (${end}) without a word`
  throw new ChildEndedError(`expected the ${job.twin} twin to go on, found ${found}`)
}
