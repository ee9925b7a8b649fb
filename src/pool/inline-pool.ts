/**
 * Tasks on the calling thread: for handlers that need the host, for tests, and for tiny apps.
 *
 * The same code path as on a worker, without a thread under it: an endless loop here is an endless loop
 * of the host, and `terminate` can only stop listening. Messages are delivered in a microtask, in order.
 */

import { createDeferred } from '../base/deferred.js'
import { DramatisError, errorToData } from '../base/errors.js'
import type { RunningTask, RunTask, TaskChannel, TaskEnd, TaskPool } from './contracts.js'

/** A task was given up because its pool closed or its thread was ended. */
export class TaskTerminatedError extends DramatisError {
  readonly code = 'DRAMATIS_TASK_TERMINATED'
}

export function createInlinePool(runTask: RunTask): TaskPool {
  const running = new Set<InlineTask>()
  return {
    threads: 0,
    run: (request, onMessage) => {
      const task = new InlineTask(onMessage)
      running.add(task)
      void task.start(runTask, request).then(() => running.delete(task))
      return task
    },
    close: async () => {
      for (const task of running) task.terminate('the pool is closing')
    },
  }
}

class InlineTask implements RunningTask, TaskChannel {
  readonly #deferred = createDeferred<TaskEnd>()
  readonly #onMessage: (message: unknown) => void
  #listener: ((message: unknown) => void) | null = null
  #early: unknown[] = []
  #over = false

  constructor(onMessage: (message: unknown) => void) {
    this.#onMessage = onMessage
  }

  get ended(): Promise<TaskEnd> {
    return this.#deferred.promise
  }

  async start(runTask: RunTask, request: unknown): Promise<void> {
    const channel: TaskChannel = {
      post: (message) => queueMicrotask(() => this.#over || this.#onMessage(message)),
      listen: (listener) => this.listen(listener),
    }
    try {
      const value = await runTask(request, channel)
      this.#end({ outcome: 'returned', value })
    } catch (error) {
      this.#end({ outcome: 'failed', error: errorToData(error) })
    }
  }

  /** From the host to the task. */
  post(message: unknown): void {
    queueMicrotask(() => {
      if (this.#over) return
      if (this.#listener === null) this.#early.push(message)
      else this.#listener(message)
    })
  }

  listen(listener: (message: unknown) => void): void {
    this.#listener = listener
    for (const message of this.#early) listener(message)
    this.#early = []
  }

  terminate(reason: string): void {
    this.#end({ outcome: 'crashed', error: errorToData(new TaskTerminatedError(reason)) })
  }

  #end(end: TaskEnd): void {
    // Behind the messages that the task posted last: they were queued before this.
    queueMicrotask(() => {
      this.#over = true
      this.#deferred.resolve(end)
    })
  }
}
