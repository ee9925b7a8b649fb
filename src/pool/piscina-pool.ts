/**
 * Tasks on worker threads, by piscina.
 *
 * A thread runs many tasks at once, since most of them wait for something. Piscina would end a thread
 * by an abort signal only if it let that thread run nothing else; how a task ends its thread is in `piscina-task.ts`.
 *
 * Invariants:
 *   - an idle thread's event loop keeps turning (`atomics: 'disabled'`);
 *   - the queue of waiting tasks is bounded;
 *   - a thread that dies is replaced, whenever it does.
 */

import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { type Clock, settledWithin } from '../base/clock.js'
import { errorToData } from '../base/errors.js'
import { publish } from '../telemetry/channels.js'
import type { TaskPool, WorkerSetup } from './contracts.js'
import { PiscinaTask, type TaskThreads, taskBehind } from './piscina-task.js'
import { startThread } from './worker-entry.js'

export interface PiscinaPoolOptions extends WorkerSetup {
  /** Threads, all started at once. Integer in [1, 64]. */
  readonly threads: number
  /** Tasks that one thread may have under way. @default 256 */
  readonly tasksPerThreadMax?: number
  /** Old-generation heap of one thread. MiB. @default Node's */
  readonly heapMaxMiB?: number
  /** How long tasks may keep a thread from taking another one. Milliseconds. @default 30_000 */
  readonly busyMsMax?: number
  readonly clock: Clock
}

const queuedTasksMax = 1_024
/** How long closing waits for threads that are loading. Milliseconds. */
const loadGraceMs = 2_000
/** Between the death of a thread and the next look whether one is missing. Milliseconds. */
const missingAfterMs = 100

export function openPiscinaPool(options: PiscinaPoolOptions): TaskPool {
  const tasksPerThreadMax = options.tasksPerThreadMax ?? 256
  const isThreadMissing = (): boolean => piscina.threads.length < options.threads
  const setup: WorkerSetup = { module: options.module, options: options.options }
  const piscina = new Piscina({
    filename: fileURLToPath(new URL('./worker-entry.js', import.meta.url)),
    minThreads: options.threads,
    maxThreads: options.threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: tasksPerThreadMax,
    maxQueue: queuedTasksMax,
    atomics: 'disabled',
    recordTiming: false,
    workerData: setup,
    loadBalancer: (task, threads) => {
      // Nobody takes a task that asks for a thread while one is missing: piscina then starts it.
      if (task.name === startThread.name && isThreadMissing()) return null
      const chosen = leastBusy(threads, tasksPerThreadMax)
      if (chosen !== null) taskBehind(task)?.assign(chosen.id)
      return chosen
    },
    ...(options.heapMaxMiB === undefined
      ? {}
      : { resourceLimits: { maxOldGenerationSizeMb: options.heapMaxMiB } }),
  })
  // An error event without a listener would end the process; every task learns of it by itself.
  piscina.on('error', (error: unknown) => {
    publish('worker', () => ({ reason: errorToData(error).message }))
  })
  const { clock, busyMsMax = 30_000 } = options
  const taskThreads: TaskThreads = { piscina, clock, busyMsMax, gates: new WeakMap() }
  const running = new Set<PiscinaTask>()
  let closing: Promise<void> | null = null
  // After a thread that died before it was ready piscina starts none by itself any more.
  const startMissing = (): void => {
    if (closing !== null || !isThreadMissing()) return
    piscina.run(null, { name: startThread.name }).catch(() => {})
  }
  piscina.on('workerDestroy', () => clock.schedule(missingAfterMs, startMissing))
  const close = async (): Promise<void> => {
    const tasks = [...running]
    const loading = Promise.all(tasks.map((task) => task.loaded))
    await settledWithin(clock, loadGraceMs, loading)
    await Promise.all(tasks.map((task) => task.leaveThread()))
    await piscina.destroy()
  }
  return {
    threads: options.threads,
    run: (request, onMessage) => {
      const task = new PiscinaTask(taskThreads, request, onMessage)
      running.add(task)
      void task.ended.then(() => running.delete(task))
      return task
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** @returns the thread with the fewest tasks; `null` when each has its fill. */
function leastBusy<T extends { readonly currentUsage: number }>(
  threads: readonly T[],
  tasksMax: number,
): T | null {
  let chosen: T | null = null
  for (const thread of threads) {
    if (thread.currentUsage < (chosen?.currentUsage ?? tasksMax)) chosen = thread
  }
  return chosen
}
