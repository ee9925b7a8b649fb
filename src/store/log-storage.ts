/**
 * The seam between the event store and what keeps its bytes: LMDB, or memory.
 *
 * Everything that is a matter of rules (versions, positions, commits, chains, filters) is above this
 * seam and exists once; below it are bytes under positions, and transactions. A store on a server of
 * its own would not use it: it implements `EventStore` itself.
 *
 * Invariants:
 *   - a group is written whole or not at all, and is durable once `write` has resolved;
 *   - what can be read is durable.
 */

import type { Position } from '../events/event.js'
import { unknownIndex } from '../events/record.js'
import type { KeyReader } from '../events/seal.js'
import type { Shape, ShapeTable } from '../events/shapes.js'
import type { ClaimEntry, ClaimedKeys } from './claims.js'
import type { DiskRoom, StreamHead } from './contracts.js'
import type { KeyVault } from './keys/key-vault.js'
import type { TagSource } from './read-tagged.js'
import type { Readers } from './readers.js'
import type { SegmentLayout } from './segment-layout.js'
import type { TagEntry, TaggedEvent } from './tags.js'

/** Records of consecutive positions that lie together, and what is known of all of them. */
export interface RecordRun {
  /** The position of the last. */
  readonly last: Position
  /** Whether all of their bytes were found sound at once: none of them needs a check of its own. */
  readonly isSound: boolean
  /** The numbers of their shapes; `null`: not known. */
  readonly shapes: readonly number[] | null
}

/** Records by position, as of one moment. Used synchronously: refresh, read, release. */
export interface RecordSource {
  /** The keys of what is sealed in records. */
  readonly keys: KeyReader
  /** Makes the reads that follow see everything that is durable now, and nothing later. */
  refresh(): void
  /** The position of the last record; 0 = none. */
  readHead(): Position
  /**
   * The record's bytes, valid until the next call. `undefined`: there is none.
   *
   * @param index - Where in its segment it is, which finds it sooner. @default not known
   */
  recordAt(position: Position, index?: number): Buffer | undefined
  /** What is known of the record and of those behind it. `undefined`: nothing. */
  runAt(position: Position): RecordRun | undefined
  /** The shape of that number. Leaves the record that was read last as it is. */
  shapeAt(number: number): Shape | undefined
  /** Lets go of what `refresh` took. */
  release(): void
}

/** What one commit writes. */
export interface StagedGroup {
  /** The position before the first record. */
  readonly after: Position
  /** The record of position `after + 1 + index`. */
  readonly records: readonly Buffer[]
  /** How the records lie together. */
  readonly layout: SegmentLayout
  /** Where each stream of the group ends with it. */
  readonly heads: ReadonlyMap<string, ChainHead>
  /** Shapes that the records use and storage does not have yet. */
  readonly shapes: readonly Shape[]
  /** Those of the group's events that have tags. */
  readonly tagged: readonly TaggedEvent[]
  /** The claims that change. */
  readonly claims: ClaimedKeys
  /** Streams whose snapshots and earlier records go with it; most groups have none. */
  readonly deletions: readonly StreamDeletion[]
}

/** Where a stream ends, and where in its segment that event is. */
export interface ChainHead extends StreamHead {
  readonly index: number
}

/** What of a deleted stream is overwritten. */
export interface StreamDeletion {
  readonly streamId: string
  /** The new records of its earlier positions. */
  readonly records: ReadonlyMap<Position, Buffer>
}

/** Where the log ends: what the next event continues from. */
export interface LogTail {
  readonly head: Position
  /** When the last event was recorded. Milliseconds since the epoch; 0 = none. */
  readonly recordedAtMs: number
  readonly shapes: ShapeTable
}

export interface LogStorage extends TagSource {
  readonly keys: KeyVault
  readonly storeId: string
  readonly epoch: number
  /** Where the log ends, as stored. */
  readTail(): LogTail
  /** The stream's durable head. */
  readStreamHead(streamId: string): ChainHead
  /** @throws {DiskFullError} DRAMATIS_DISK_FULL while there is too little room to write. */
  assertRoom(): void
  /** Asks for it now. `null`: it cannot be known, is not looked at, or there is no disk. */
  readRoom(): Promise<DiskRoom | null>
  /** `null`: it cannot be known, or readers keep nothing back. */
  readReaders(): Readers | null
  /** The durable owner of a claim, by its key, as of now. */
  readClaimOwner(key: string): string | undefined
  /** Durable claims whose keys begin with a prefix and come after a key, in order. */
  readClaims(prefix: string, after: string | undefined, limit: number): readonly ClaimEntry[]
  /** Adds entries to the index of tags. Resolves when durable. */
  writeTags(entries: readonly TagEntry[]): Promise<void>
  /** One transaction. Resolves when durable; rejects when the outcome is not known. */
  write(group: StagedGroup): Promise<void>
  /** Lets go of the medium and takes hold of it again, after a failed write. */
  reopen(): Promise<void>
  readSnapshot(streamId: string): Buffer | undefined
  writeSnapshot(streamId: string, bytes: Buffer): Promise<void>
  deleteSnapshot(streamId: string): Promise<void>
  deleteSnapshots(): Promise<void>
  close(): Promise<void>
}

/** A stream that does not exist. */
export const noStream: ChainHead = Object.freeze({
  version: 0,
  position: 0,
  index: unknownIndex,
  state: 'open',
})
