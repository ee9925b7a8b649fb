/**
 * The seam to threads: run a task somewhere, talk to it while it runs, and learn how it ended.
 *
 * Two implementations: `piscina-pool.ts` on worker threads and `inline-pool.ts` on the calling thread.
 * Nothing here knows what a task does: requests and messages are plain data, and the module named in
 * the setup gives them meaning.
 *
 * Invariants:
 *   - `ended` never rejects: how a task ended is data, with errors as `ErrorData`;
 *   - messages of one task arrive in the order they were posted, none after `ended` has resolved.
 */

import type { ErrorData } from '../base/errors.js'

/** How a task ended. `crashed`: its thread died under it, whatever the reason. */
export type TaskEnd =
  | { readonly outcome: 'returned'; readonly value: unknown }
  | { readonly outcome: 'failed'; readonly error: ErrorData }
  | { readonly outcome: 'crashed'; readonly error: ErrorData }

/** A task under way, as its host sees it. */
export interface RunningTask {
  readonly ended: Promise<TaskEnd>
  /** Sends a message to the task. Lost when the task has ended. */
  post(message: unknown): void
  /** Ends the thread under the task, if it has one of its own; the task then ends as `crashed`. */
  terminate(reason: string): void
}

/** Runs tasks. */
export interface TaskPool {
  /** How many threads run tasks; 0 when they run on the calling thread. */
  readonly threads: number
  /**
   * Starts a task.
   *
   * @param request - Plain data; `SharedArrayBuffer`s are shared.
   * @param onMessage - Called with each message the task posts.
   */
  run(request: unknown, onMessage: (message: unknown) => void): RunningTask
  /** Ends every thread. Tasks still running end as `crashed`. Idempotent. */
  close(): Promise<void>
}

/** A task's own end of the conversation with its host. */
export interface TaskChannel {
  post(message: unknown): void
  /** One listener; messages that came before it was set are delivered first. */
  listen(listener: (message: unknown) => void): void
}

/** Runs one task to its end. */
export type RunTask = (request: unknown, channel: TaskChannel) => Promise<unknown>

/** What the module of a worker setup exports under the name `createTaskRunner`. */
export type CreateTaskRunner = (options: unknown) => Promise<RunTask>

/** What a worker thread is started with. */
export interface WorkerSetup {
  /** URL of the module that exports `createTaskRunner`. */
  readonly module: string
  /** Plain data handed to it. */
  readonly options: unknown
}
