/**
 * The event store: stages, commits and reads events over a {@link LogStorage}.
 *
 * It owns the order of things: what is staged, the one commit under way, when the head moves, who is
 * told. Bytes and transactions are the storage's, places and versions are `staging.ts`'s.
 *
 * Invariants:
 *   - nothing of a group is handed to storage before the group ahead of it has settled;
 *   - the head moves, then listeners are called, then `commit` resolves;
 *   - after a failed or late commit nothing more reaches storage until `reopen`.
 */

import assert from 'node:assert/strict'
import type { Cancel } from '../base/clock.js'
import type { Position, RecordedEvent } from '../events/event.js'
import { splitStreamId } from '../events/stream-id.js'
import { publish } from '../telemetry/channels.js'
import type {
  CommitResult,
  EventStore,
  LogBatch,
  ReadBatchOptions,
  ReadStreamOptions,
  Snapshot,
  StreamAppend,
  StreamHead,
} from './contracts.js'
import { withinDeadline } from './deadline.js'
import { CommitUnknownError, StoreStoppedError } from './errors.js'
import type { LogStorage, LogTail, StagedGroup } from './log-storage.js'
import type { ParsedStoreOptions } from './options.js'
import { readHeadNow, scanLog } from './scan-log.js'
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.js'
import { type Placed, Staging } from './staging.js'
import { StoreSubjects } from './store-subjects.js'
import { tombstonesOf } from './tombstones.js'
import { StreamWalk, versionRange } from './walk-stream.js'

/**
 * States: `open` -> `stopped` (a commit failed or was late) -> `open` (reopen); any -> `closed`.
 */
export class StagedEventStore implements EventStore {
  readonly subjects: StoreSubjects
  readonly #storage: LogStorage
  readonly #options: ParsedStoreOptions
  readonly #listeners = new Set<(result: CommitResult) => void>()
  #staging: Staging
  #status: EventStore['status'] = 'open'
  #head: Position
  /** The commit under way. It never rejects: whoever called `commit` is told. */
  #underWay: Promise<void> | null = null
  #reopening: Promise<void> | null = null
  #closing: Promise<void> | null = null

  constructor(storage: LogStorage, options: ParsedStoreOptions) {
    this.subjects = new StoreSubjects(storage.keys, () => this.#assertOpen())
    this.#storage = storage
    this.#options = options
    const tail = storage.readTail()
    this.#head = tail.head
    this.#staging = this.#newStaging(tail)
  }

  get storeId(): string {
    return this.#storage.storeId
  }

  get epoch(): number {
    return this.#storage.epoch
  }

  get head(): Position {
    return this.#head
  }

  get status(): EventStore['status'] {
    return this.#status
  }

  stage(appends: readonly StreamAppend[], accept?: (placed: Placed) => void): Placed {
    this.#assertOpen()
    this.#storage.assertRoom()
    return this.#staging.stage(appends, accept)
  }

  async commit(): Promise<CommitResult> {
    this.#assertOpen()
    assert(this.#underWay === null, 'one commit at a time')
    const group = this.#staging.take()
    if (group === undefined) return { after: this.#head, to: this.#head }
    const landing = this.#land(group)
    this.#underWay = landing.then(ignore, ignore)
    try {
      return await landing
    } finally {
      this.#underWay = null
    }
  }

  reopen(): Promise<void> {
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = null
    })
    return this.#reopening
  }

  async readBatch(options: ReadBatchOptions): Promise<LogBatch> {
    await this.#readable()
    return scanLog(this.#storage, options)
  }

  async readHead(): Promise<Position> {
    await this.#readable()
    return readHeadNow(this.#storage)
  }

  async readStreamHead(streamId: string): Promise<StreamHead> {
    await this.#readable()
    return this.#freshHead(streamId)
  }

  async *readStream(
    streamId: string,
    options: ReadStreamOptions = {},
  ): AsyncGenerator<RecordedEvent> {
    await this.#readable()
    const head = this.#freshHead(streamId)
    const range = versionRange(head.version, options)
    const walk = new StreamWalk(this.#storage, streamId)
    const chunks = options.backward ? walk.backward(head, range) : walk.forward(head, range)
    for (;;) {
      await this.#readable()
      const chunk = chunks.next()
      if (chunk.done === true) return
      yield* chunk.value
    }
  }

  async readSnapshot(streamId: string): Promise<Snapshot | undefined> {
    await this.#readable()
    if (this.subjects.isDestroying) return undefined
    const head = this.#freshHead(streamId)
    const bytes = this.#storage.readSnapshot(streamId)
    if (bytes === undefined) return undefined
    return decodeSnapshot(streamId, bytes, head, this.#storage.keys)
  }

  /** The state must rest on durable events: a snapshot must never outlive what led to it. */
  async writeSnapshot(streamId: string, snapshot: Snapshot): Promise<void> {
    this.#assertOpen()
    assert(snapshot.position <= this.#head, 'a snapshot rests on durable events')
    const { keys } = this.#storage
    const isSealed = keys.hasSealed(splitStreamId(streamId).aggregateType)
    if (isSealed && this.subjects.isDestroying) return
    const bytes = encodeSnapshot(streamId, snapshot, isSealed ? keys.snapshotKey() : null)
    if (keys.hasUnwritten) await keys.flush()
    await this.#storage.writeSnapshot(streamId, bytes)
  }

  onCommit(listener: (result: CommitResult) => void): Cancel {
    // A wrapper of its own: the same function may listen twice, and each stops by itself.
    const entry = (result: CommitResult): void => listener(result)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #land(group: StagedGroup): Promise<CommitResult> {
    const { clock, commitTimeoutMs } = this.#options
    const startedMs = clock.elapsedMs()
    try {
      const late = (): Error => new Error(`it took longer than ${commitTimeoutMs} ms`)
      await withinDeadline(clock, commitTimeoutMs, this.#write(group), late)
    } catch (cause) {
      if (this.#status === 'open') this.#status = 'stopped'
      throw new CommitUnknownError('A commit failed', { cause })
    }
    const result = { after: group.after, to: group.after + group.records.length }
    this.#staging.landed()
    this.#head = result.to
    for (const listener of this.#listeners) call(listener, result)
    publish('commit', () => ({
      events: group.records.length,
      position: result.to,
      durationMs: clock.elapsedMs() - startedMs,
    }))
    return result
  }

  async #write(group: StagedGroup): Promise<void> {
    const staging = this.#staging
    if (this.#options.failpoint !== undefined) await this.#options.failpoint('commit')
    const { keys } = this.#storage
    if (keys.hasUnwritten) await keys.flush()
    // A failpoint that was held up until the store gave up must not write behind its back.
    if (this.#status === 'stopped' || staging !== this.#staging) throw new Error('it was given up')
    await this.#storage.write(group)
    if (this.#options.failpoint !== undefined) await this.#options.failpoint('committed')
  }

  async #reopen(): Promise<void> {
    if (this.#status === 'open') return
    if (this.#status === 'closed') throw new StoreStoppedError('it is closed')
    await this.#underWay
    const { clock, commitTimeoutMs } = this.#options
    try {
      const late = (): Error => new Error('the commit that failed is still under way')
      await withinDeadline(clock, commitTimeoutMs, this.#storage.reopen(), late)
      const tail = this.#storage.readTail()
      this.#head = tail.head
      this.#staging = this.#newStaging(tail)
    } catch (cause) {
      throw new StoreStoppedError('it could not be opened again', { cause })
    }
    if (this.#status === 'stopped') this.#status = 'open'
  }

  async #close(): Promise<void> {
    await this.#reopening?.catch(ignore)
    await this.#underWay
    this.#status = 'closed'
    this.#listeners.clear()
    await this.#storage.close()
  }

  #newStaging(tail: LogTail): Staging {
    const { clock, recordBytesMax, headsMax } = this.#options
    return new Staging(tail, {
      clock,
      recordBytesMax,
      headsMax,
      keys: this.#storage.keys,
      readHead: (streamId) => this.#storage.readStreamHead(streamId),
      tombstones: (streamId, head, shape) => tombstonesOf(this.#storage, streamId, head, shape),
    })
  }

  #freshHead(streamId: string): StreamHead {
    this.#storage.refresh()
    return this.#storage.readStreamHead(streamId)
  }

  /** Reading goes on while the store is stopped, but not while storage changes hands. */
  async #readable(): Promise<void> {
    if (this.#reopening !== null) await this.#reopening.catch(ignore)
    if (this.#status === 'closed') throw new StoreStoppedError('it is closed')
  }

  #assertOpen(): void {
    if (this.#status === 'open' && this.#closing === null) return
    throw new StoreStoppedError(
      this.#status === 'stopped' ? 'a commit failed, and it was not reopened yet' : 'it is closed',
    )
  }
}

/** A listener that throws is a programmer's error: it must not look like a failed commit. */
function call(listener: (result: CommitResult) => void, result: CommitResult): void {
  try {
    listener(result)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

function ignore(): void {}
