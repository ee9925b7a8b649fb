/**
 * One task on a thread of piscina: its messages, its thread, and how it ended.
 *
 * Ending the task ends its thread and every task on it. Which thread takes it, and when threads start, is the pool's.
 *
 * States: waiting -> assigned -> loading -> running -> ended; terminated: it ends as soon as its thread may be ended.
 *
 * Invariants:
 *   - a task that ended as crashed has no thread any more: one that fails before it begins ends its thread;
 *   - one that does not begin, on a thread that takes nothing any more, is given up with that thread;
 *   - no thread is ended while it loads its module, unless that takes too long: native code is initialized then;
 *   - none is ended within a step that must not be interrupted.
 */

import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Cancel, Clock } from '../base/clock.js'
import { createDeferred } from '../base/deferred.js'
import { errorToData } from '../base/errors.js'
import { closeGate } from '../base/uninterrupted.js'
import { publish } from '../telemetry/channels.js'
import type { RunningTask, TaskEnd } from './contracts.js'

/** How long a thread may take to load the module of its tasks. Milliseconds. */
const loadMsMax = 30_000

/** What the tasks of a pool have in common. */
export interface TaskThreads {
  readonly piscina: Piscina
  readonly clock: Clock
  /** How long other tasks may keep a thread from taking one. Milliseconds. */
  readonly busyMsMax: number
  /** Of the threads that a task has begun on: see `uninterrupted.ts`. */
  readonly gates: WeakMap<Worker, SharedArrayBuffer>
}

/** Finds the task behind one of piscina's, for whoever chooses its thread. */
export function taskBehind(task: object): PiscinaTask | null {
  return (task as { readonly [name: symbol]: PiscinaTask | null })[Piscina.queueOptionsSymbol]!
}

/** What the entry posts beside its result. */
interface FromEntry {
  /** Of its thread, see `uninterrupted.ts`: the task has begun. */
  readonly gate?: SharedArrayBuffer
  readonly loaded?: boolean
  readonly last?: boolean
  readonly message?: unknown
}

/** Starts with the pool's next free thread. */
export class PiscinaTask implements RunningTask {
  readonly #threads: TaskThreads
  readonly #port: MessagePort
  readonly #onMessage: (message: unknown) => void
  readonly #lastMessage = createDeferred()
  readonly ended: Promise<TaskEnd>
  readonly #loaded = createDeferred()
  #threadId: number | null = null
  #isLoading = true
  #terminated: string | null = null
  #cancelWait: Cancel = () => {}

  constructor(threads: TaskThreads, request: unknown, onMessage: (message: unknown) => void) {
    this.#threads = threads
    this.#onMessage = onMessage
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (envelope) => this.#receive(envelope))
    // A thread that ends right behind its task may take the last message with it.
    port1.on('close', () => this.#lastMessage.resolve())
    this.ended = this.#run(request, port2)
  }

  /** The pool has chosen its thread. */
  assign(threadId: number): void {
    this.#threadId = threadId
    this.#endUnless('begin the task', this.#threads.busyMsMax + loadMsMax)
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
    const worker = this.#findThread()
    const gate = worker && this.#threads.gates.get(worker)
    if (gate !== undefined) await closeGate(gate, this.#threads.clock)
  }

  async #end(): Promise<void> {
    await this.leaveThread()
    await this.#findThread()?.terminate()
  }

  #findThread(): Worker | undefined {
    return this.#threads.piscina.threads.find(({ threadId }) => threadId === this.#threadId)
  }

  async #run(request: unknown, port: MessagePort): Promise<TaskEnd> {
    try {
      const task = { request, port, [Piscina.queueOptionsSymbol]: this }
      const end = (await this.#threads.piscina.run(task, { transferList: [port] })) as TaskEnd
      // The result and the messages travel on two ports: wait for the last message.
      await this.#lastMessage.promise
      return end
    } catch (error) {
      const data = errorToData(error)
      const reason = this.#terminated ?? data.message
      // It may be alive, and fail every task that it is given.
      await this.#end()
      // What the thread said before it died has yet to arrive; a port that never left is closed here.
      port.close()
      await this.#lastMessage.promise
      publish('worker', () => ({ reason }))
      return { outcome: 'crashed', error: { ...data, message: reason } }
    } finally {
      this.#cancelWait()
      this.#isLoading = false
      this.#loaded.resolve()
      this.#port.close()
    }
  }

  #receive(envelope: FromEntry): void {
    if (envelope.gate !== undefined) this.#begin(envelope.gate)
    else if (envelope.loaded === true) this.#endLoading()
    else if (envelope.last === true) this.#lastMessage.resolve()
    else this.#onMessage(envelope.message)
  }

  #begin(gate: SharedArrayBuffer): void {
    const worker = this.#findThread()
    if (worker !== undefined) this.#threads.gates.set(worker, gate)
    this.#endUnless('load the module', loadMsMax)
  }

  #endLoading(): void {
    this.#cancelWait()
    this.#isLoading = false
    this.#loaded.resolve()
    if (this.#terminated !== null) void this.#end()
  }

  /** Ends the thread unless it has done something in time. */
  #endUnless(what: string, timeoutMs: number): void {
    this.#cancelWait()
    this.#cancelWait = this.#threads.clock.schedule(timeoutMs, () => {
      this.#isLoading = false
      this.terminate(`its thread did not ${what} within ${timeoutMs} ms`)
    })
  }
}
