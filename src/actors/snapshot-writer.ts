/**
 * The snapshot writer: keeps durable states, one at a time, off the path of commands.
 *
 * A snapshot is a cache, so nothing here can harm a command: what cannot be written is noted, once per
 * actor type, and left. A newer snapshot of a stream replaces one that still waits.
 *
 * Invariants:
 *   - only states whose events are durable are given to it;
 *   - at most one write is under way, and at most `snapshotsPendingMax` wait.
 */

import { yieldToEventLoop } from '../base/signal.js'
import type { Version } from '../events/event.js'
import { copyValue } from '../events/values.js'
import type { EventStore } from '../store/contracts.js'
import { StoreStoppedError } from '../store/errors.js'
import type { ActorType } from './actor-type.js'

/** A state that is to be kept. */
export interface SnapshotTask {
  readonly type: ActorType
  readonly streamId: string
  readonly version: Version
  readonly position: number
  readonly state: unknown
}

export class SnapshotWriter {
  readonly #store: EventStore
  readonly #pendingMax: number
  /** By stream id, oldest first. */
  readonly #pending = new Map<string, SnapshotTask>()
  readonly #failures = new Map<string, unknown>()
  #writing: Promise<void> | null = null
  /** The one write under way, or the last one. It never rejects. */
  #write: Promise<void> = Promise.resolve()
  #written = 0

  constructor(store: EventStore, pendingMax: number) {
    this.#store = store
    this.#pendingMax = pendingMax
  }

  get written(): number {
    return this.#written
  }

  /** The first failure of each actor type, by its name. */
  get failures(): ReadonlyMap<string, unknown> {
    return this.#failures
  }

  add(task: SnapshotTask): void {
    if (this.#pending.size >= this.#pendingMax && !this.#pending.has(task.streamId)) return
    this.#pending.set(task.streamId, task)
    this.#writing ??= this.#writeAll()
  }

  /** Resolves when nothing waits to be written any more. Never rejects. */
  async drain(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  /** Forgets what waits: its events may be gone, or nobody needs it any more. */
  clear(): void {
    this.#pending.clear()
  }

  /** Forgets what waits of some actors, and resolves when none of their states is being written. */
  async drop(isConcerned: (type: ActorType) => boolean): Promise<void> {
    for (const [streamId, { type }] of this.#pending) {
      if (isConcerned(type)) this.#pending.delete(streamId)
    }
    await this.#write
  }

  async #writeAll(): Promise<void> {
    await yieldToEventLoop()
    for (const [streamId, task] of this.#pending) {
      this.#pending.delete(streamId)
      this.#write = this.#writeOne(task)
      await this.#write
    }
    this.#writing = null
  }

  async #writeOne(task: SnapshotTask): Promise<void> {
    const { type, streamId, version, position } = task
    try {
      const state = copyValue(task.state, `state of ${type.name}`)
      const stateVersion = type.snapshot!.version
      await this.#store.writeSnapshot(streamId, { version, position, stateVersion, state })
      this.#written++
    } catch (error) {
      // A store that has stopped says nothing about the state.
      if (error instanceof StoreStoppedError || this.#failures.has(type.name)) return
      this.#failures.set(type.name, error)
    }
  }
}
