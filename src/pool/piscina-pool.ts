/**
 * Tasks on worker threads, by piscina. The only file that imports it.
 *
 * A thread runs many tasks at once, since most of them wait for something. Piscina would end a thread
 * by an abort signal only if it let that thread run nothing else; here the task says which thread it is
 * on, and ending it ends that thread and every task on it, each as `crashed`.
 *
 * Invariants:
 *   - an idle thread's event loop keeps turning (`atomics: 'disabled'`);
 *   - the queue of waiting tasks is bounded;
 *   - no thread is ended while it loads its module, unless that takes too long: one that dies while it opens a
 *     file of LMDB may take the process with it.
 */

import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { type Cancel, type Clock, delay } from '../base/clock.js'
import { createDeferred } from '../base/deferred.js'
import { errorToData } from '../base/errors.js'
import { publish } from '../telemetry/channels.js'
import type { RunningTask, TaskEnd, TaskPool, WorkerSetup } from './contracts.js'
import type { EntryRequest } from './worker-entry.js'

export interface PiscinaPoolOptions extends WorkerSetup {
  /** Threads, all started at once. Integer in [1, 64]. */
  readonly threads: number
  /** Tasks that one thread may have under way. @default 256 */
  readonly tasksPerThreadMax?: number
  /** Old-generation heap of one thread. MiB. @default Node's */
  readonly heapMaxMiB?: number
  readonly clock: Clock
}

const queuedTasksMax = 1_024
/** How long a thread may take to load the module of its tasks. Milliseconds. */
const loadMsMax = 30_000
/** How long closing waits for threads that are loading. Milliseconds. */
const loadGraceMs = 2_000

export function openPiscinaPool(options: PiscinaPoolOptions): TaskPool {
  const setup: WorkerSetup = { module: options.module, options: options.options }
  const piscina = new Piscina({
    filename: fileURLToPath(new URL('./worker-entry.js', import.meta.url)),
    minThreads: options.threads,
    maxThreads: options.threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: options.tasksPerThreadMax ?? 256,
    maxQueue: queuedTasksMax,
    atomics: 'disabled',
    recordTiming: false,
    workerData: setup,
    ...(options.heapMaxMiB === undefined
      ? {}
      : { resourceLimits: { maxOldGenerationSizeMb: options.heapMaxMiB } }),
  })
  // An error event without a listener would end the process; every task learns of it by itself.
  piscina.on('error', (error: unknown) => {
    publish('worker', () => ({ reason: errorToData(error).message }))
  })
  const running = new Set<PiscinaTask>()
  let closing: Promise<void> | null = null
  const nudge = (): void => {
    if (closing === null && piscina.threads.length < options.threads) startThread(piscina)
  }
  // Emitted before the thread is taken off the list.
  piscina.on('workerDestroy', () => queueMicrotask(nudge))
  const close = async (): Promise<void> => {
    const loading = Promise.all([...running].map((task) => task.loaded))
    await Promise.race([loading, delay(options.clock, loadGraceMs)])
    await piscina.destroy()
  }
  return {
    threads: options.threads,
    run: (request, onMessage) => {
      const task = new PiscinaTask(piscina, options.clock, request, onMessage)
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

/**
 * After a thread that died before it was ready piscina starts no other by itself, and what waits would wait for
 * ever. A task that asks for nothing has it look again.
 */
function startThread(piscina: Piscina): void {
  const nothing: EntryRequest = { request: null, port: null }
  piscina.run(nothing).catch(() => {})
}

/** What the entry posts beside its result. */
interface FromEntry {
  readonly threadId?: number
  readonly loaded?: boolean
  readonly last?: boolean
  readonly message?: unknown
}

class PiscinaTask implements RunningTask {
  readonly #piscina: Piscina
  readonly #clock: Clock
  readonly #port: MessagePort
  readonly #onMessage: (message: unknown) => void
  readonly #lastMessage = createDeferred()
  readonly ended: Promise<TaskEnd>
  readonly #loaded = createDeferred()
  #threadId: number | null = null
  #isLoading = true
  #terminated: string | null = null
  #cancelLoading: Cancel = () => {}

  constructor(
    piscina: Piscina,
    clock: Clock,
    request: unknown,
    onMessage: (message: unknown) => void,
  ) {
    this.#piscina = piscina
    this.#clock = clock
    this.#onMessage = onMessage
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (envelope) => this.#receive(envelope))
    // A thread that ends right behind its task may take the last message with it.
    port1.on('close', () => this.#lastMessage.resolve())
    this.ended = this.#run(request, port2)
  }

  post(message: unknown): void {
    this.#port.postMessage(message)
  }

  terminate(reason: string): void {
    this.#terminated = reason
    // Once it has loaded, or has taken too long for that.
    if (!this.#isLoading) this.#end()
  }

  /** Whether the thread it is on has loaded its module, or has none to load any more. Settles with the task. */
  get loaded(): Promise<void> {
    return this.#loaded.promise
  }

  #end(): void {
    const worker = this.#piscina.threads.find((each) => each.threadId === this.#threadId)
    void worker?.terminate()
  }

  async #run(request: unknown, port: MessagePort): Promise<TaskEnd> {
    try {
      const end = (await this.#piscina.run({ request, port }, { transferList: [port] })) as TaskEnd
      // The result and the messages travel on two ports: wait for the last message.
      await this.#lastMessage.promise
      return end
    } catch (error) {
      const data = errorToData(error)
      const reason = this.#terminated ?? data.message
      // What the thread said before it died has yet to arrive; a port that never left is closed here.
      port.close()
      await this.#lastMessage.promise
      publish('worker', () => ({ reason }))
      return { outcome: 'crashed', error: { ...data, message: reason } }
    } finally {
      this.#cancelLoading()
      this.#isLoading = false
      this.#loaded.resolve()
      this.#port.close()
    }
  }

  #receive(envelope: FromEntry): void {
    if (envelope.threadId !== undefined) this.#begin(envelope.threadId)
    else if (envelope.loaded === true) this.#endLoading()
    else if (envelope.last === true) this.#lastMessage.resolve()
    else this.#onMessage(envelope.message)
  }

  #begin(threadId: number): void {
    this.#threadId = threadId
    this.#cancelLoading = this.#clock.schedule(loadMsMax, () => {
      this.#isLoading = false
      this.terminate(`its thread did not load the module within ${loadMsMax} ms`)
    })
  }

  #endLoading(): void {
    this.#cancelLoading()
    this.#isLoading = false
    this.#loaded.resolve()
    if (this.#terminated !== null) this.#end()
  }
}
