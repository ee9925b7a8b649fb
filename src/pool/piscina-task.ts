/**
 * One task on a thread of piscina: its messages, its thread, and how it ended.
 *
 * The task says which thread it is on, and ending it ends that thread and every task on it. Which thread takes it,
 * and when threads start, is the pool's.
 *
 * States: waiting -> loading -> running -> ended; terminated: it ends as soon as its thread may be ended.
 *
 * Invariants:
 *   - no thread is ended while it loads its module, unless that takes too long: native code is initialized then;
 *   - none is ended within a step that must not be interrupted.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { Cancel, Clock } from '../base/clock.js'
import { createDeferred } from '../base/deferred.js'
import { errorToData } from '../base/errors.js'
import { closeGate } from '../base/uninterrupted.js'
import { publish } from '../telemetry/channels.js'
import type { RunningTask, TaskEnd } from './contracts.js'

/** How long a thread may take to load the module of its tasks. Milliseconds. */
const loadMsMax = 30_000

/** What the entry posts beside its result. */
interface FromEntry {
  readonly threadId?: number
  /** See `uninterrupted.ts`; comes with the thread's id. */
  readonly gate?: SharedArrayBuffer
  readonly loaded?: boolean
  readonly last?: boolean
  readonly message?: unknown
}

/** Starts with the pool's next free thread. */
export class PiscinaTask implements RunningTask {
  readonly #piscina: Piscina
  readonly #clock: Clock
  readonly #port: MessagePort
  readonly #onMessage: (message: unknown) => void
  readonly #lastMessage = createDeferred()
  readonly ended: Promise<TaskEnd>
  readonly #loaded = createDeferred()
  #threadId: number | null = null
  #gate: SharedArrayBuffer | null = null
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
    if (!this.#isLoading) void this.#end()
  }

  /** Whether the thread it is on has loaded its module, or has none to load any more. Settles with the task. */
  get loaded(): Promise<void> {
    return this.#loaded.promise
  }

  /** Resolves once the thread may be ended: it comes into no step any more that must not be interrupted. */
  async leaveThread(): Promise<void> {
    if (this.#gate !== null) await closeGate(this.#gate, this.#clock)
  }

  async #end(): Promise<void> {
    const worker = this.#piscina.threads.find((each) => each.threadId === this.#threadId)
    if (worker === undefined) return
    await this.leaveThread()
    await worker.terminate()
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
    if (envelope.threadId !== undefined) this.#begin(envelope.threadId, envelope.gate ?? null)
    else if (envelope.loaded === true) this.#endLoading()
    else if (envelope.last === true) this.#lastMessage.resolve()
    else this.#onMessage(envelope.message)
  }

  #begin(threadId: number, gate: SharedArrayBuffer | null): void {
    this.#threadId = threadId
    this.#gate = gate
    this.#cancelLoading = this.#clock.schedule(loadMsMax, () => {
      this.#isLoading = false
      this.terminate(`its thread did not load the module within ${loadMsMax} ms`)
    })
  }

  #endLoading(): void {
    this.#cancelLoading()
    this.#isLoading = false
    this.#loaded.resolve()
    if (this.#terminated !== null) void this.#end()
  }
}
