/**
 * The commit queue: joins everything that waits into one commit after the other.
 *
 * Whoever stages events puts its message into the group that is gathering. One group is committing
 * while the next one gathers; sends of one tick share a group. It knows neither actors nor answers:
 * what a commit led to is told to its {@link CommitListener}. Runs per command.
 *
 * Invariants:
 *   - the groups' commits are in the order of staging, one at a time;
 *   - a group's events are exactly what the store makes durable in its commit;
 *   - after a failure nothing is committed until {@link CommitQueue.reset}.
 */

import assert from 'node:assert/strict'
import { createDeferred, type Deferred } from '../base/deferred.js'
import type { RecordedEvent } from '../events/event.js'
import type { EventStore } from '../store/contracts.js'
import type { Message } from './message.js'
import type { SnapshotTask } from './snapshot-writer.js'

/** What becomes durable together, and what waits for it. */
export class CommitGroup {
  /** Everything whose answer rests on this group, in the order in which it ran. */
  readonly messages: Message[] = []
  readonly events: RecordedEvent[] = []
  readonly snapshots: SnapshotTask[] = []
  /** Who else waits for it. */
  readonly waiters: Deferred<void>[] = []
  /** Whether anything was staged for it: events, or claims alone. */
  isStaged = false
}

export interface CommitListener {
  /** A new group gathers: there is room again. */
  onRoom(): void
  onCommitted(group: CommitGroup): void
  /** @param unwritten - The group that gathered meanwhile: the disk never saw it. */
  onFailed(group: CommitGroup, unwritten: CommitGroup, error: unknown): void
}

export class CommitQueue {
  readonly #store: EventStore
  readonly #eventsMax: number
  readonly #listener: CommitListener
  #gathering = new CommitGroup()
  #committing: CommitGroup | null = null
  #isScheduled = false
  #hasFailed = false
  #commits = 0

  constructor(store: EventStore, eventsMax: number, listener: CommitListener) {
    this.#store = store
    this.#eventsMax = eventsMax
    this.#listener = listener
  }

  /** Commits that succeeded. */
  get commits(): number {
    return this.#commits
  }

  /** Whether more may be staged for the next commit. */
  get hasRoom(): boolean {
    return this.#gathering.events.length < this.#eventsMax
  }

  /** The newest group that is not durable; `null`: everything is. */
  get newest(): CommitGroup | null {
    return this.#gathering.isStaged ? this.#gathering : this.#committing
  }

  /** Resolves when everything that is staged now is durable; rejects when its commit fails. */
  async newestDurable(): Promise<void> {
    const group = this.newest
    if (group === null) return
    const waiter = createDeferred()
    group.waiters.push(waiter)
    await waiter.promise
  }

  /** Gives up on commits that do not settle. */
  abandonWaiters(error: unknown): void {
    for (const group of [this.#committing, this.#gathering]) {
      for (const { reject } of group?.waiters.splice(0) ?? []) reject(error)
    }
  }

  /** Adds events that were just staged, or none for claims alone. Returns the group that they are in. */
  add(events: readonly RecordedEvent[]): CommitGroup {
    const group = this.#gathering
    group.isStaged = true
    for (const event of events) group.events.push(event)
    this.#schedule()
    return group
  }

  /** Everything that waits for a commit. */
  unsettled(): readonly Message[] {
    return [...(this.#committing?.messages ?? []), ...this.#gathering.messages]
  }

  /** Begins anew, after the store was opened again. */
  reset(): void {
    assert(this.#committing === null)
    this.#gathering = new CommitGroup()
    this.#hasFailed = false
  }

  /** Later in this turn of the event loop, so that everything sent in it joins. */
  #schedule(): void {
    if (this.#isScheduled || this.#committing !== null || this.#hasFailed) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#start()
    })
  }

  #start(): void {
    if (this.#committing !== null || this.#hasFailed || !this.#gathering.isStaged) return
    const group = this.#gathering
    this.#committing = group
    this.#gathering = new CommitGroup()
    this.#store.commit().then(
      () => this.#finish(group),
      (error: unknown) => this.#fail(group, error),
    )
    this.#listener.onRoom()
  }

  #finish(group: CommitGroup): void {
    this.#commits++
    this.#committing = null
    // What gathered meanwhile goes to the disk first, and only then are receipts handed out.
    this.#start()
    this.#listener.onCommitted(group)
    for (const { resolve } of group.waiters) resolve()
  }

  #fail(group: CommitGroup, error: unknown): void {
    this.#committing = null
    this.#hasFailed = true
    const unwritten = this.#gathering
    this.#gathering = new CommitGroup()
    this.#listener.onFailed(group, unwritten, error)
    for (const { reject } of [...group.waiters, ...unwritten.waiters]) reject(error)
  }
}
