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
import { failpoint } from '../base/failpoint.js'
import { yieldToEventLoop } from '../base/signal.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { Shape } from '../events/shapes.js'
import { splitStreamId } from '../events/stream-id.js'
import { publish } from '../telemetry/channels.js'
import { type Claim, type ClaimEntry, claimKey, claimPrefix } from './claims.js'
import type {
  CommitResult,
  CountOptions,
  DiskRoom,
  EventStore,
  LogBatch,
  ReadBatchOptions,
  ReadStreamOptions,
  ShapeCounts,
  Snapshot,
  StreamAppend,
  StreamHead,
  StreamPlace,
} from './contracts.js'
import { countShapes, readShapes } from './count-shapes.js'
import { withinDeadline } from './deadline.js'
import { CommitUnknownError, StoreStoppedError } from './errors.js'
import type { ChainHead, LogStorage, LogTail, StagedGroup } from './log-storage.js'
import type { ParsedStoreOptions } from './options.js'
import { findPositionAt } from './position-at.js'
import { hasTagged, readTaggedChunks } from './read-tagged.js'
import type { Readers } from './readers.js'
import { readHeadNow, scanLog } from './scan-log.js'
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.js'
import { type Accept, type Placed, Staging } from './staging.js'
import { StoreSubjects } from './store-subjects.js'
import type { TagBoundary, TagEntry, TagQuery } from './tags.js'
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
  /** From the beginning of a reopening on, until one has succeeded. */
  #isStorageAway = false
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

  readRoom(): Promise<DiskRoom | null> {
    return this.#storage.readRoom()
  }

  readReaders(): Readers | null {
    return this.#closing === null ? this.#storage.readReaders() : null
  }

  stage(appends: readonly StreamAppend[], accept?: Accept, boundary?: TagBoundary): Placed {
    this.#assertOpen()
    this.#storage.assertRoom()
    return this.#staging.stage(appends, accept, boundary)
  }

  boundaryOf(query: TagQuery): TagBoundary {
    this.#assertOpen()
    return this.#staging.boundaryOf(query, this.#head)
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

  async readShapes(): Promise<readonly Shape[]> {
    await this.#readable()
    return readShapes(this.#storage)
  }

  async countShapes(options: CountOptions): Promise<ShapeCounts> {
    await this.#readable()
    return countShapes(this.#storage, options)
  }

  async readHead(): Promise<Position> {
    await this.#readable()
    return readHeadNow(this.#storage)
  }

  async readStreamHead(streamId: string): Promise<StreamHead> {
    await this.#readable()
    const { version, position, state } = this.#freshHead(streamId)
    return { version, position, state }
  }

  async readStreamPlace(streamId: string, at: Position): Promise<StreamPlace> {
    await this.#readable()
    let place: StreamPlace = this.#freshHead(streamId)
    const walk = new StreamWalk(this.#storage, streamId)
    while (place.position > at) {
      place = walk.back(place, at)
      // A long way back holds up nobody else.
      if (place.position > at) await yieldToEventLoop()
      await this.#readable()
    }
    const { version, position } = place
    return { version, position }
  }

  async positionAt(timeMs: number): Promise<Position> {
    await this.#readable()
    return findPositionAt(this.#storage, timeMs)
  }

  async *readStream(streamId: string, options?: ReadStreamOptions): AsyncGenerator<RecordedEvent> {
    for await (const batch of this.readStreamBatches(streamId, options)) {
      // Not `yield*`, which waits once more for each event.
      for (const event of batch) yield event
    }
  }

  async *readStreamBatches(
    streamId: string,
    options: ReadStreamOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    await this.#readable()
    const head = this.#freshHead(streamId)
    const range = versionRange(head.version, options)
    const walk = new StreamWalk(this.#storage, streamId)
    const chunks = options.backward ? walk.backward(head, range) : walk.forward(head, range)
    for (;;) {
      await this.#readable()
      const chunk = chunks.next()
      if (chunk.done === true) return
      yield chunk.value
    }
  }

  async *readTagged(
    query: TagQuery,
    { after = 0, to = this.#head }: { readonly after?: Position; readonly to?: Position } = {},
  ): AsyncGenerator<RecordedEvent> {
    const end = Math.min(to, this.#head)
    await this.#readable()
    const chunks = readTaggedChunks(this.#storage, query, after, end)
    for (;;) {
      await this.#readable()
      const chunk = chunks.next()
      if (chunk.done === true) return
      yield* chunk.value
    }
  }

  /** Only what is durable: an entry must never outlive its event. */
  async indexTags(entries: readonly TagEntry[]): Promise<void> {
    this.#assertOpen()
    for (const { position } of entries) assert(position <= this.#head)
    failpoint('tags.read')
    await this.#storage.writeTags(entries)
    failpoint('tags.indexed')
  }

  async readClaimOwner(claim: Claim): Promise<string | undefined> {
    await this.#readable()
    return this.#storage.readClaimOwner(claimKey(claim))
  }

  async readClaims(
    name: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly ClaimEntry[]> {
    await this.#readable()
    return this.#storage.readClaims(claimPrefix(name), after, limit)
  }

  async readSnapshot(streamId: string): Promise<Snapshot | undefined> {
    await this.#readable()
    if (this.subjects.isDestroying) return undefined
    const head = this.#freshHead(streamId)
    const bytes = this.#storage.readSnapshot(streamId)
    if (bytes === undefined) return undefined
    return decodeSnapshot(bytes, streamId, head, this.#storage.keys)
  }

  /** The state must rest on durable events: a snapshot must never outlive what led to it. */
  async writeSnapshot(streamId: string, snapshot: Snapshot): Promise<void> {
    this.#assertOpen()
    assert(snapshot.position <= this.#head, 'a snapshot rests on durable events')
    // It would outlive what the deletion overwrites.
    if (this.#staging.isDeleted(streamId)) return
    const { keys } = this.#storage
    const isSealed = keys.hasSealed(splitStreamId(streamId).aggregateType)
    if (isSealed && this.subjects.isDestroying) return
    const bytes = encodeSnapshot(streamId, snapshot, isSealed ? keys.snapshotKey() : null)
    if (keys.hasUnwritten) await keys.flush()
    failpoint('snapshot.encoded')
    await this.#storage.writeSnapshot(streamId, bytes)
    failpoint('snapshot.written')
  }

  async deleteSnapshot(streamId: string): Promise<void> {
    this.#assertOpen()
    await this.#storage.deleteSnapshot(streamId)
  }

  async deleteSnapshots(): Promise<void> {
    this.#assertOpen()
    await this.#storage.deleteSnapshots()
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
    if (result.to > result.after) this.#tell(result)
    failpoint('commit.landed')
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
    failpoint('commit.staged')
    await this.#storage.write(group)
    failpoint('commit.written')
    if (this.#options.failpoint !== undefined) await this.#options.failpoint('committed')
  }

  async #reopen(): Promise<void> {
    if (this.#status === 'open') return
    if (this.#status === 'closed') throw new StoreStoppedError('it is closed')
    await this.#underWay
    const { clock, commitTimeoutMs } = this.#options
    const after = this.#head
    this.#isStorageAway = true
    try {
      const late = (): Error => new Error('the commit that failed is still under way')
      await withinDeadline(clock, commitTimeoutMs, this.#storage.reopen(), late)
      const tail = this.#storage.readTail()
      this.#head = tail.head
      this.#staging = this.#newStaging(tail)
    } catch (cause) {
      throw new StoreStoppedError(notOpenedAgain, { cause })
    }
    this.#isStorageAway = false
    if (this.#status === 'stopped') this.#status = 'open'
    // The commit that failed has landed all the same: whoever follows the log has not heard of it.
    if (this.#head > after) this.#tell({ after, to: this.#head })
  }

  #tell(result: CommitResult): void {
    for (const listener of this.#listeners) call(listener, result)
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
      readClaimOwner: (key) => this.#storage.readClaimOwner(key),
      hasTagged: (query, after, to) => hasTagged(this.#storage, query, after, to),
      tombstones: (streamId, head, shape) => tombstonesOf(this.#storage, streamId, head, shape),
    })
  }

  #freshHead(streamId: string): ChainHead {
    this.#storage.refresh()
    return this.#storage.readStreamHead(streamId)
  }

  /** Reading goes on while the store is stopped, but not while storage changes hands. */
  async #readable(): Promise<void> {
    if (this.#reopening !== null) await this.#reopening.catch(ignore)
    if (this.#status === 'closed') throw new StoreStoppedError('it is closed')
    if (this.#isStorageAway) throw new StoreStoppedError(notOpenedAgain)
  }

  #assertOpen(): void {
    if (this.#status === 'open' && this.#closing === null) return
    throw new StoreStoppedError(
      this.#status === 'stopped' ? 'a commit failed, and it was not reopened yet' : 'it is closed',
    )
  }
}

const notOpenedAgain = 'it could not be opened again'

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
