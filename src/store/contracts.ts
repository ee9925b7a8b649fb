/**
 * The seam to storage: what the log of events promises, whoever keeps it.
 *
 * Two implementations, `lmdb/` and `memory/`, held to one suite (`testing/event-store-contract.ts`).
 * Nothing here knows of LMDB, of actors or of subscriptions.
 *
 * Writing has two halves, because one actor's next command may run before the last one is durable:
 * `stage` gives events their places at once and in order, `commit` makes all that is staged durable
 * in one transaction. Between the two nothing can be read by anybody.
 *
 * Invariants:
 *   - positions are dense and 1-based, in the order of `stage`; versions are dense in each stream;
 *   - what one `stage` call was given becomes durable together or not at all;
 *   - `head` only moves forward, and everything up to it is readable by every reader;
 *   - after a failed commit nothing can be staged until the store is opened again;
 *   - tags and claims are staged, become durable and are dropped together with their events.
 */

import type { Cancel, Clock } from '../base/clock.js'
import type {
  EventMetadata,
  EventValue,
  Position,
  RecordedEvent,
  Version,
} from '../events/event.js'
import type { PersonalField } from '../events/sealed-fields.js'
import type { Shape } from '../events/shapes.js'
import type { StreamState } from '../events/stream-end.js'
import type { Claim, ClaimChanges, ClaimEntry } from './claims.js'
import type { Readers } from './readers.js'
import type { TagBoundary, TagEntry, TagQuery } from './tags.js'

/** What a writer takes the stream's version to be: a number, 'none' (= 0), or not checked. */
export type ExpectedVersion = Version | 'none' | 'any'

/** An event on its way into the log. All of it has been checked (`values.ts`, the schema). */
export interface EventToStage {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Readonly<Record<string, EventValue>>
  readonly metadata: EventMetadata
  /** Milliseconds since the epoch; left out when it is the time of recording. */
  readonly occurredAtMs?: number
  /** Under what it can be found beside its stream. At least one, none twice; left out: none. */
  readonly tags?: readonly string[]
  /** Fields of `data` to seal for their subjects; left out when there are none. */
  readonly personal?: readonly PersonalField[]
}

/** The events that one stream gains. */
export interface StreamAppend {
  readonly aggregateType: string
  readonly aggregateId: string
  /** The two joined, if they are at hand: see `stream-id.ts`. */
  readonly streamId?: string
  readonly expectedVersion: ExpectedVersion
  /** At least one. */
  readonly events: readonly EventToStage[]
  /**
   * When the events were recorded, for imports: not before the last event of the log. Milliseconds since
   * the epoch; the same for all appends of a call. @default the clock
   */
  readonly recordedAtMs?: number
}

/** A place in a stream. Version and position 0: before its first event. */
export interface StreamPlace {
  readonly version: Version
  /** Of the event of that version. */
  readonly position: Position
}

/** Where a stream ends. Version and position 0: it has no events. */
export interface StreamHead extends StreamPlace {
  /** By its last event: `stream-end.ts`. */
  readonly state: StreamState
}

/** What one commit made durable. */
export interface CommitResult {
  /** Positions (after, to], possibly empty. */
  readonly after: Position
  readonly to: Position
}

/** A stored state: a cache that may be absent at any time. */
export interface Snapshot {
  /** Version of the last event folded into the state. */
  readonly version: Version
  readonly position: Position
  /** The actor's `snapshot.version`: another one makes this snapshot worthless. */
  readonly stateVersion: number
  readonly state: EventValue
}

export interface ReadStreamOptions {
  /** Only later versions. @default 0 */
  readonly afterVersion?: Version
  /** Only versions up to this one. @default the head */
  readonly toVersion?: Version
  /** Newest first. @default false */
  readonly backward?: boolean
  /** At most so many events. @default all */
  readonly limit?: number
}

/** Which events of the log a reader wants. Asked per event, on the header alone. */
export interface LogFilter {
  /** Asked once per shape (not per event) and remembered for the batch. */
  readonly wantsType?: (type: string, aggregateType: string, schemaVersion: number) => boolean
  /** Asked per event of a wanted type, with the hash of its stream id. */
  readonly wantsKey?: (keyHash: number) => boolean
}

export interface ReadBatchOptions extends LogFilter {
  /** Only later positions. */
  readonly after: Position
  /** Only positions up to this one. @default the head */
  readonly to?: Position
  /** At most so many events returned. Integer in [1, 100_000]. */
  readonly eventsMax: number
  /** Stop after so many bytes of returned records; at least one is returned. @default 8 MiB */
  readonly bytesMax?: number
  /** Stop after looking at so many positions, wanted or not. @default 65_536 */
  readonly scanMax?: number
  /** Give every sealed field as if its subject were forgotten. @default false */
  readonly asForgotten?: boolean
}

/** A piece of the log. */
export interface LogBatch {
  /** The wanted events, in order. */
  readonly events: readonly RecordedEvent[]
  /** Hash of each event's stream id, alongside `events`. */
  readonly keyHashes: readonly number[]
  /** Everything up to here has been looked at: the `after` of the next batch. */
  readonly scannedTo: Position
  /** The log's head at the time of reading. */
  readonly head: Position
}

/** Reading by position. Safe on any thread; sees all that is durable when a call is made. */
export interface LogReader {
  /**
   * Reads the next piece of the log. Reads a batch, copies it, holds nothing afterwards.
   *
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD, at the first record that fails its CRC.
   * @throws {DamagedKeyError} DRAMATIS_DAMAGED_KEY
   */
  readBatch(options: ReadBatchOptions): Promise<LogBatch>
  /** The last durable position as this reader sees it now. */
  readHead(): Promise<Position>
}

export interface CountOptions {
  /** Only later positions. */
  readonly after: Position
  /** Only positions up to this one. @default the head */
  readonly to?: Position
  /** Stop after so many positions. @default 65_536 */
  readonly scanMax?: number
}

/** How many events of each shape a piece of the log has. */
export interface ShapeCounts {
  /** By shape number; shapes that do not occur are left out. */
  readonly events: ReadonlyMap<number, number>
  /** Everything up to here has been counted: the `after` of the next piece. */
  readonly scannedTo: Position
  /** The log's head at the time of counting. */
  readonly head: Position
}

/** What kinds of events the log has. */
export interface ShapeReader {
  /**
   * Every shape that a durable event has, in the order of their numbers, and perhaps some of events that
   * are being written. Shapes are never removed.
   */
  readShapes(): Promise<readonly Shape[]>
  /**
   * Counts the next piece of the log. Decodes nothing.
   *
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD, at the first record that fails its CRC.
   */
  countShapes(options: CountOptions): Promise<ShapeCounts>
}

/** Events of one type that were recorded with sealed fields. */
export interface SealedType {
  readonly aggregateType: string
  readonly type: string
  readonly schemaVersion: number
}

/**
 * The people that personal fields are about. Their fields are sealed with a key for each, so that
 * destroying the key makes every one of them unreadable, wherever it is.
 */
export interface Subjects {
  /** Every type of which an event was ever recorded with sealed fields. */
  readonly sealedTypes: readonly SealedType[]
  /** Subjects whose forgetting was begun and not finished, by this process or one before. */
  readonly pending: number
  /** @throws {StoreStoppedError} DRAMATIS_STORE_STOPPED */
  stateOf(subjectId: string): 'unknown' | 'known' | 'forgotten'
  /**
   * Destroys the keys of subjects: from the moment it resolves, on every thread, their fields read as
   * forgotten. Snapshots of actors with sealed events are gone too. Those who are forgotten stay so.
   * Durable; what was begun and cut short is completed by the next opening.
   *
   * @param meanwhile - Drops what is in memory and rests on those fields. Until it has settled, no such
   *   snapshot is kept or read.
   * @throws {UnknownSubjectError} DRAMATIS_UNKNOWN_SUBJECT; nothing was changed.
   * @throws {StoreStoppedError} DRAMATIS_STORE_STOPPED; nothing was changed.
   */
  destroy(subjectIds: readonly string[], meanwhile: () => Promise<void>): Promise<void>
  /** Whatever else held the fields of pending subjects is gone: none is pending any more. */
  finish(): Promise<void>
  /**
   * Does something while no key is made durable or destroyed; commits that need a new key wait for it.
   *
   * @throws {StoreStoppedError} DRAMATIS_STORE_STOPPED, and whatever `work` throws.
   */
  undisturbed(work: () => Promise<void>): Promise<void>
}

/** Free space. Bytes. */
export interface DiskRoom {
  readonly freeBytes: number
  /** Below that nothing is staged. */
  readonly freeBytesMin: number
}

/** The log of events, the heads of its streams, and their snapshots. One owner at a time. */
export interface EventStore extends LogReader, ShapeReader {
  readonly subjects: Subjects
  /** Made when the store was created: 26 characters. */
  readonly storeId: string
  /** Rises by one each time the store gets a new owner. */
  readonly epoch: number
  /** The last durable position. */
  readonly head: Position
  /** Room on the disk, asked for now; `null`: it cannot be known, is not looked at, or there is no disk. */
  readRoom(): Promise<DiskRoom | null>
  /** Who reads the log now; `null`: it cannot be known, or readers keep nothing back. */
  readReaders(): Readers | null
  /** How the store is: `stopped` after a failed commit, until `reopen`. */
  readonly status: 'open' | 'stopped' | 'closed'

  /**
   * Gives events their versions and positions and queues them for the next commit. Synchronous; cost
   * is encoding. Each stream appears once. The returned events are complete and frozen.
   *
   * @param appends - May be empty where only claims change.
   * A `$StreamClosed` closes its stream: it takes nothing any more but a `$StreamDeleted`. That one is for
   * streams whose events are all durable: its commit overwrites them, each by a `$StreamDeleted` in its
   * place, and drops the snapshot.
   *
   * @param accept - Called with the placed events of each append, in order, before anything is queued.
   *   Whatever it throws is thrown on, and nothing was staged. It returns the claims that change with
   *   the events: everything is released, then everything claimed.
   * @param boundary - Made by `boundaryOf`: nothing that its query finds may have been staged since.
   * @returns For each stream, its events in order.
   * @throws {ClaimTakenError} DRAMATIS_CLAIM_TAKEN; nothing was staged.
   * @throws {BoundaryConflictError} DRAMATIS_BOUNDARY_CONFLICT; nothing was staged.
   * @throws {VersionConflictError} DRAMATIS_VERSION_CONFLICT; nothing was staged.
   * @throws {StreamEndedError} DRAMATIS_STREAM_ENDED; nothing was staged.
   * @throws {RecordTooLargeError} DRAMATIS_RECORD_TOO_LARGE; nothing was staged.
   * @throws {SubjectForgottenError} DRAMATIS_SUBJECT_FORGOTTEN; nothing was staged.
   * @throws {StoreStoppedError} DRAMATIS_STORE_STOPPED; nothing was staged.
   * @throws {DiskFullError} DRAMATIS_DISK_FULL; nothing was staged.
   */
  stage(
    appends: readonly StreamAppend[],
    accept?: (placed: readonly (readonly RecordedEvent[])[]) => readonly ClaimChanges[] | undefined,
    boundary?: TagBoundary,
  ): readonly (readonly RecordedEvent[])[]

  /**
   * Makes everything staged durable in one transaction. One at a time: a call while another is under
   * way is a programmer error. Resolves after the flush (or the commit, by the store's durability).
   *
   * @throws {CommitUnknownError} DRAMATIS_COMMIT_UNKNOWN: it may or may not have landed; the store has stopped.
   */
  commit(): Promise<CommitResult>

  /**
   * Takes a stopped store into service again: forgets what was staged and not committed, re-reads what
   * the disk has. @throws {StoreStoppedError} DRAMATIS_STORE_STOPPED when it cannot be.
   */
  reopen(): Promise<void>

  /** The stream's durable head. */
  readStreamHead(streamId: string): Promise<StreamHead>

  /**
   * Where the stream stood when the log ended at that position, of what is durable. Cost is a look at the
   * header of each later event of the stream.
   *
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
   */
  readStreamPlace(streamId: string, at: Position): Promise<StreamPlace>

  /**
   * The last durable position that was recorded at that time or before; 0: none was.
   *
   * @param timeMs - Milliseconds since the epoch.
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD, where damage hides the answer.
   */
  positionAt(timeMs: number): Promise<Position>

  /** The stream's durable events. Forward unless asked otherwise. @throws DRAMATIS_DAMAGED_RECORD */
  readStream(streamId: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>

  /** The same events, some at a time: waiting once per event is a tenth of what activation costs. */
  readStreamBatches(
    streamId: string,
    options?: ReadStreamOptions,
  ): AsyncIterable<readonly RecordedEvent[]>

  /**
   * The durable events that a query finds, oldest first, as far as the log goes at the time of the call.
   * Finds events by the tags that they were staged with, or that {@link EventStore.indexTags} gave them.
   *
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
   */
  readTagged(
    query: TagQuery,
    options?: { readonly after?: Position; readonly to?: Position },
  ): AsyncIterable<RecordedEvent>

  /** What a decision that rests on a query rests on now. Synchronous; reads nothing from storage. */
  boundaryOf(query: TagQuery): TagBoundary

  /** Lets durable events be found under further tags. Off the write path; doing it again changes nothing. */
  indexTags(entries: readonly TagEntry[]): Promise<void>

  /** The stream that holds a claim, durably; `undefined`: none does. */
  readClaimOwner(claim: Claim): Promise<string | undefined>

  /**
   * Durable claims of a name, in the order of their keys, damaged ones included.
   *
   * @param after - Only keys behind this one.
   * @param limit - At most so many. Integer in [1, 100_000].
   */
  readClaims(name: string, after: string | undefined, limit: number): Promise<readonly ClaimEntry[]>

  /** The newest snapshot that can be read; `undefined` for none, and for one that is damaged or another's. */
  readSnapshot(streamId: string): Promise<Snapshot | undefined>

  /**
   * Keeps a snapshot, replacing an older one. Off the write path: it may be lost at a crash. Of a stream
   * that is deleted, or about to be, none is kept.
   */
  writeSnapshot(streamId: string, snapshot: Snapshot): Promise<void>

  /** Deletes the stream's snapshot, if there is one. Durable when it resolves. */
  deleteSnapshot(streamId: string): Promise<void>

  /** Deletes every snapshot. Durable when it resolves. */
  deleteSnapshots(): Promise<void>

  /**
   * Calls back after each commit that moved the head, in order; of one that failed and has landed all the
   * same, when `reopen` finds it. Callbacks must not throw.
   */
  onCommit(listener: (result: CommitResult) => void): Cancel

  /** Waits for a commit under way, then lets go of everything. Idempotent. */
  close(): Promise<void>
}

/** `flush`: a receipt survives power loss. `commit`: it survives the process, not the machine. */
export type Durability = 'flush' | 'commit'

export interface EventStoreOptions {
  readonly clock: Clock
  /** @default 'flush' */
  readonly durability?: Durability
  /** How long one commit may take before the store stops. Milliseconds. @default 30_000 */
  readonly commitTimeoutMs?: number
  /** Largest record. Bytes. @default 16 MiB */
  readonly recordBytesMax?: number
  /** Stream heads kept in memory; others are read when needed. @default 262_144 */
  readonly headsMax?: number
  /** Free space below which nothing is staged. Bytes; 0 turns the guard off. @default 64 MiB */
  readonly freeBytesMin?: number
  /** How free space is found out; asked at most once a second. @default statfs of the directory */
  readonly readFreeBytes?: () => Promise<number>
  /** For tests: called at each step of a commit. What it throws, or waits for, the commit does too. */
  readonly failpoint?: (step: CommitStep) => void | Promise<void>
}

/** `commit`: nothing has been handed to storage yet. `committed`: all is durable, nobody knows. */
export type CommitStep = 'commit' | 'committed'
