/**
 * The snapshot writer: keeps durable states, a few at a time, off the path of commands.
 *
 * A snapshot is a cache, so nothing here can harm a command: what cannot be written is noted, once per
 * actor type, and left. A newer snapshot of a stream replaces one that still waits. A state that would
 * come back from its bytes as another one is not kept at all.
 *
 * Invariants:
 *   - only states whose events are durable are given to it;
 *   - at most `batchTasks` writes are under way, of different streams, and at most `pendingMax` wait;
 *   - a deletion takes back everything that was added before it.
 */

import { isDeepStrictEqual } from 'node:util'
import { yieldToEventLoop } from '../base/signal.js'
import { EventValueError } from '../events/errors.js'
import type { EventValue, Version } from '../events/event.js'
import { copyValue } from '../events/values.js'
import type { EventStore } from '../store/contracts.js'
import { StoreStoppedError } from '../store/errors.js'
import type { Actor } from './actor.js'
import type { ActorType } from './actor-type.js'

/** Written in one go: they share a flush. */
const batchTasks = 16

/** A state that is to be kept. */
export interface SnapshotTask {
  readonly type: ActorType
  readonly streamId: string
  readonly version: Version
  readonly position: number
  readonly state: unknown
}

/** What keeps an actor's state as it is now. */
export function snapshotOf({ type, streamId, version, position, state }: Actor): SnapshotTask {
  return { type, streamId, version, position, state }
}

export class SnapshotWriter {
  readonly #store: EventStore
  readonly #pendingMax: number
  /** By stream id, oldest first. */
  readonly #pending = new Map<string, SnapshotTask>()
  readonly #failures = new Map<string, unknown>()
  #writing: Promise<void> | null = null
  /** The one write under way, or the last one. It never rejects. */
  #underWay: Promise<unknown> = Promise.resolve()
  #written = 0
  #skipped = 0

  constructor(store: EventStore, pendingMax: number) {
    this.#store = store
    this.#pendingMax = pendingMax
  }

  get written(): number {
    return this.#written
  }

  /** Tasks that found no room. */
  get skipped(): number {
    return this.#skipped
  }

  /** The first failure of each actor type, by its name. */
  get failures(): ReadonlyMap<string, unknown> {
    return this.#failures
  }

  noteFailure(type: ActorType, error: unknown): void {
    if (!this.#failures.has(type.name)) this.#failures.set(type.name, error)
  }

  add(task: SnapshotTask): void {
    if (this.#pending.size >= this.#pendingMax && !this.#pending.has(task.streamId)) {
      this.#skipped++
      return
    }
    this.#pending.set(task.streamId, task)
    this.#writing ??= this.#writeAll()
  }

  /** Resolves when nothing waits to be written any more. Never rejects. */
  async drain(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  /** Deletes the snapshot of a stream. Throws as `EventStore.deleteSnapshot` does. */
  async delete(streamId: string): Promise<void> {
    // Storage writes in the order in which it is asked to: what is under way comes before the deletion.
    this.#pending.delete(streamId)
    await this.#store.deleteSnapshot(streamId)
  }

  /** Deletes every snapshot. Throws as `EventStore.deleteSnapshots` does. */
  async deleteAll(): Promise<void> {
    this.#pending.clear()
    await this.#store.deleteSnapshots()
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
    await this.#underWay
  }

  async #writeAll(): Promise<void> {
    await yieldToEventLoop()
    while (this.#pending.size > 0) {
      this.#underWay = Promise.all(this.#takeBatch().map((task) => this.#write(task)))
      await this.#underWay
      await yieldToEventLoop()
    }
    this.#writing = null
  }

  #takeBatch(): readonly SnapshotTask[] {
    const batch: SnapshotTask[] = []
    for (const [streamId, task] of this.#pending) {
      this.#pending.delete(streamId)
      if (batch.push(task) === batchTasks) break
    }
    return batch
  }

  async #write(task: SnapshotTask): Promise<void> {
    const { type, streamId, version, position } = task
    try {
      const state = copyExactly(task)
      const stateVersion = type.snapshot!.version
      await this.#store.writeSnapshot(streamId, { version, position, stateVersion, state })
      this.#written++
    } catch (error) {
      // A store that has stopped says nothing about the state.
      if (!(error instanceof StoreStoppedError)) this.noteFailure(type, error)
    }
  }
}

/**
 * The state as its bytes would give it back.
 *
 * @throws {EventValueError} DRAMATIS_EVENT_VALUE, also for what would come back as something else: -0, or
 *   bytes that are no Buffer. Whether there was a snapshot must not be seen in a state.
 */
function copyExactly({ type, state }: SnapshotTask): EventValue {
  const path = `state of ${type.name}`
  const copy = copyValue(state, path)
  if (isDeepStrictEqual(copy, state)) return copy
  throw new EventValueError(path, state, 'a value that a snapshot would give back as another one')
}
