/**
 * Tasks on worker threads, by piscina. The only file that imports it.
 *
 * A thread runs many tasks at once, since most of them wait for something. Piscina would end a thread
 * by an abort signal only if it let that thread run nothing else; here the task says which thread it is
 * on, and ending it ends that thread and every task on it, each as `crashed`.
 *
 * Invariants:
 *   - an idle thread's event loop keeps turning (`atomics: 'disabled'`);
 *   - the queue of waiting tasks is bounded.
 */

import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Cancel, Clock } from '../base/clock.js'
import { createDeferred } from '../base/deferred.js'
import { errorToData } from '../base/errors.js'
import { publish } from '../telemetry/channels.js'
import type { RunningTask, TaskEnd, TaskPool, WorkerSetup } from './contracts.js'

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
  let closing: Promise<void> | null = null
  return {
    threads: options.threads,
    run: (request, onMessage) => new PiscinaTask(piscina, options.clock, request, onMessage),
    close: () => {
      closing ??= piscina.destroy()
      return closing
    },
  }
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
  #threadId: number | null = null
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
    if (this.#threadId === null) return
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
      this.#port.close()
    }
  }

  #receive(envelope: FromEntry): void {
    if (envelope.threadId !== undefined) this.#begin(envelope.threadId)
    else if (envelope.loaded === true) this.#cancelLoading()
    else if (envelope.last === true) this.#lastMessage.resolve()
    else this.#onMessage(envelope.message)
  }

  #begin(threadId: number): void {
    this.#threadId = threadId
    if (this.#terminated !== null) this.terminate(this.#terminated)
    this.#cancelLoading = this.#clock.schedule(loadMsMax, () =>
      this.terminate(`its thread did not load the module within ${loadMsMax} ms`),
    )
  }
}
