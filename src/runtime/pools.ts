/**
 * The threads of a runtime: the pool of workers, the host's own thread, and threads for isolation.
 *
 * Wires the runner of subscriptions into pools. Checks at start that every thread loads the same app
 * as the host, so that what is wrong with it is known before the first event.
 */

import assert from 'node:assert/strict'
import { type AppDefinition, fingerprintOf } from '../define/app.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { TaskEnd, TaskPool } from '../pool/contracts.js'
import { createInlinePool } from '../pool/inline-pool.js'
import { openPiscinaPool } from '../pool/piscina-pool.js'
import { AppLoadError } from '../subscriptions/load-app.js'
import { silentMsOf } from '../subscriptions/pulse.js'
import { createSubscriptionRunner, type ProbeRequest } from '../subscriptions/task-runner.js'
import type { WorkerRunnerOptions } from '../subscriptions/worker-runner.js'
import type { ParsedRuntimeOptions } from './options.js'
import type { Storage } from './storage.js'

export interface Pools {
  /** Where projectors and handlers run. */
  readonly workers: TaskPool
  /** The host's own thread: handlers with `runsOn: 'host'`. */
  readonly host: TaskPool
  /** A thread that may die without harm; the host's own for what runs there. */
  openIsolated(runsOn: HandlerDefinition['runsOn']): TaskPool
  close(): Promise<void>
}

/**
 * @param handlers - Those that the host's thread may be asked to run: of the app, and of its sagas.
 * @throws {AppLoadError} DRAMATIS_APP_LOAD: a worker cannot load the app, or loads another one.
 */
export async function openPools(
  app: AppDefinition,
  handlers: readonly HandlerDefinition[],
  options: ParsedRuntimeOptions,
  { store, work, views }: Storage,
): Promise<Pools> {
  const { clock, random, threads } = options
  const runTask = createSubscriptionRunner({
    app: { ...app, handlers },
    log: store,
    work,
    clock,
    random,
    openView: async (directory) => {
      const database = views.get(directory)
      assert(database !== undefined)
      return database
    },
  })
  const host = createInlinePool(runTask)
  // Where nothing will ever run on them, threads would only take the time that it takes to start them.
  const isThreadNeeded = app.projectors.length > 0 || handlers.some(runsOnWorker)
  if (threads === 0 || !isThreadNeeded)
    return {
      workers: host,
      host,
      openIsolated: () => createInlinePool(runTask),
      close: () => host.close(),
    }
  const busyMsMax = silentMsOf(handlers, app.projectors)
  const openThreads = (count: number): TaskPool => openWorkers(options, count, busyMsMax)
  const workers = openThreads(threads)
  try {
    await probe(workers, app, options)
  } catch (error) {
    await workers.close()
    throw error
  }
  return {
    workers,
    host,
    openIsolated: (runsOn) => (runsOn === 'host' ? createInlinePool(runTask) : openThreads(1)),
    close: async () => {
      await Promise.all([workers.close(), host.close()])
    },
  }
}

function runsOnWorker({ runsOn }: HandlerDefinition): boolean {
  return runsOn === 'worker'
}

function openWorkers(options: ParsedRuntimeOptions, threads: number, busyMsMax: number): TaskPool {
  const { app, dataDir, durability, workerHeapMaxMiB, clock } = options
  assert('url' in app && dataDir !== null)
  const runner: WorkerRunnerOptions = { app: app.url, dataDir, durability }
  return openPiscinaPool({
    threads,
    module: new URL('../subscriptions/worker-runner.js', import.meta.url).href,
    options: runner,
    busyMsMax,
    clock,
    ...(workerHeapMaxMiB === undefined ? {} : { heapMaxMiB: workerHeapMaxMiB }),
  })
}

/** Asks every thread what it has loaded. */
async function probe(
  workers: TaskPool,
  app: AppDefinition,
  options: ParsedRuntimeOptions,
): Promise<void> {
  assert('url' in options.app)
  const { url } = options.app
  const request: ProbeRequest = { task: 'probe' }
  const ends = await Promise.all(
    Array.from({ length: workers.threads }, () => workers.run(request, () => {}).ended),
  )
  for (const end of ends) assertSameApp(url, fingerprintOf(app), end)
}

function assertSameApp(url: string, expected: string, end: TaskEnd): void {
  if (end.outcome !== 'returned') {
    const why = `a worker thread could not load it: ${end.error.message}`
    throw new AppLoadError(url, why, { cause: end.error })
  }
  if (end.value === expected) return
  const own = expected.split('\n')
  const theirs = (end.value as string).split('\n')
  const other =
    own.find((line) => !theirs.includes(line)) ?? theirs.find((line) => !own.includes(line))
  throw new AppLoadError(url, `a worker thread loaded another app than the host: ${other}`)
}
