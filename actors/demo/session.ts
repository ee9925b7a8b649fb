/**
 * A session of the demo: what was asked for, who watches, and the runtime of each act.
 */

import { openRuntime, type Runtime } from 'dramatis'
import { plural } from './numbers.js'
import type { DemoOptions } from './options.js'
import type { Stage } from './stage.js'
import type { Terminal } from './terminal.js'

export interface DemoSession {
  readonly options: DemoOptions
  readonly terminal: Terminal
  /** Aborted when the user has had enough: the runtime is then closed in order. */
  readonly signal: AbortSignal
}

/** `2 worker threads`. */
export function describeWorkers(workers: DemoOptions['workers']): string {
  return workers === 'inline' ? 'no worker threads' : plural(workers, 'worker thread')
}

/** Opens the runtime for an act, and closes it whatever happens. */
export async function withRuntime<T>(
  { options, terminal, signal }: DemoSession,
  app: URL,
  directory: string,
  act: (stage: Stage) => Promise<T>,
): Promise<T> {
  const runtime: Runtime = await openRuntime({
    app,
    dataDir: directory,
    workers: options.workers,
  })
  try {
    signal.throwIfAborted()
    return await act({ runtime, terminal, signal })
  } finally {
    await runtime.close()
  }
}
