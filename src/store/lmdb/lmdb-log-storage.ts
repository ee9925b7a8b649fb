/**
 * Log storage in LMDB: `dataDir/log`, owned by one process through `dataDir/lock`.
 *
 * A group is one batch on LMDB's own writer thread: new shapes, segments of records, the heads of its
 * streams as one entry, tags, claims. Everything is encoded before the batch begins, because LMDB does
 * not roll a batch back. `write` is called for one group at a time. Runs per commit.
 */

import { failpoint } from '../../base/failpoint.js'
import type { Position } from '../../events/event.js'
import { damageOf, recordedAtMsOf } from '../../events/record.js'
import type { Shape } from '../../events/shapes.js'
import type { ClaimEntry } from '../claims.js'
import type { DiskRoom } from '../contracts.js'
import { StoreStoppedError } from '../errors.js'
import type { KeyVault } from '../keys/key-vault.js'
import type { ChainHead, LogStorage, LogTail, RecordRun, StagedGroup } from '../log-storage.js'
import type { Readers } from '../readers.js'
import { type TagEntry, tagPrefix } from '../tags.js'
import { encodeOwner } from './claim-owner.js'
import type { DiskSpace } from './disk-space.js'
import { type BytesTable, type Environment, settled } from './environment.js'
import { encodeEntry } from './group-entry.js'
import { releaseLock } from './lock.js'
import { giveUpOwnership, isOwnedIn } from './log-owner.js'
import { encodeHead, encodeShape, LogTables, tagKey } from './log-tables.js'
import { readReaders } from './read-readers.js'
import { readRecentHeads } from './read-recent-heads.js'
import type { Fold, RecentHeads } from './recent-heads.js'
import { encodeSegment } from './segment.js'

export interface LogStorageParts {
  readonly dataDir: string
  readonly storeId: string
  readonly epoch: number
  readonly environment: Environment
  readonly keys: KeyVault
  readonly diskSpace: DiskSpace
  /** Opens the environment again, after it was closed. */
  readonly openAgain: () => Promise<Environment>
}

const noBytes = Buffer.alloc(0)
const noFold: Fold = { heads: [], entries: [] }

/** A value and its key, or that there is to be none under it. */
type Write<Key> = readonly [key: Key, bytes: Buffer | null]

export class LmdbLogStorage implements LogStorage {
  readonly storeId: string
  readonly epoch: number
  readonly keys: KeyVault
  readonly #parts: LogStorageParts
  #tables: LogTables
  #recent: RecentHeads
  /** Set once the environment is being closed; LMDB first finishes what it was given. */
  #closing: Promise<void> | null = null
  #reopening: Promise<void> | null = null

  constructor(parts: LogStorageParts) {
    this.storeId = parts.storeId
    this.epoch = parts.epoch
    this.#parts = parts
    this.keys = parts.keys
    this.#tables = new LogTables(parts.environment, parts.keys)
    this.#recent = readRecentHeads(this.#tables)
  }

  readTail(): LogTail {
    const tables = this.#tables
    const shapes = tables.reloadShapes()
    const head = tables.readHead()
    const last = tables.recordAt(head)
    // Only a sound record can be trusted about the time.
    const isSound = last !== undefined && damageOf(last, head) === null
    const recordedAtMs = isSound ? recordedAtMsOf(last) : 0
    return { head, recordedAtMs, shapes }
  }

  refresh(): void {
    this.#tables.refresh()
  }

  readHead(): Position {
    return this.#tables.readHead()
  }

  recordAt(position: Position, index?: number): Buffer | undefined {
    return this.#tables.recordAt(position, index)
  }

  runAt(position: Position): RecordRun | undefined {
    return this.#tables.runAt(position)
  }

  shapeAt(number: number): Shape | undefined {
    return this.#tables.shapeAt(number)
  }

  release(): void {
    this.#tables.release()
  }

  readStreamHead(streamId: string): ChainHead {
    return this.#recent.get(streamId) ?? this.#tables.readStreamHead(streamId)
  }

  taggedPositions(tag: string, after: Position, to: Position): readonly Position[] {
    return this.#tables.taggedPositions(tag, after, to)
  }

  readClaimOwner(key: string): string | undefined {
    return this.#tables.readClaimOwner(key)
  }

  readClaims(prefix: string, after: string | undefined, limit: number): readonly ClaimEntry[] {
    return this.#tables.readClaims(prefix, after, limit)
  }

  async writeTags(entries: readonly TagEntry[]): Promise<void> {
    const { tags, environment } = this.#tables
    const keys = entries.flatMap(tagKeysOf)
    if (keys.length === 0) return
    const written = environment.batch(() => {
      for (const key of keys) void tags.put(key, noBytes)
    })
    await settled(environment, written, 'LMDB could not keep tags')
  }

  assertRoom(): void {
    this.#parts.diskSpace.assertRoom()
  }

  readRoom(): Promise<DiskRoom | null> {
    return this.#parts.diskSpace.readRoom()
  }

  readReaders(): Readers | null {
    // Between its closing and its reopening there is nothing to look into.
    return this.#closing === null ? readReaders(this.#tables.environment) : null
  }

  async write(group: StagedGroup): Promise<void> {
    const tables = this.#tables
    const to = group.after + group.records.length
    const shapes = group.shapes.map((shape) => [shape.number, encodeShape(shape)] as const)
    const events = [...segmentsOf(group), ...rewrittenBy(tables, group)]
    const fold = to > group.after ? this.#recent.next(group.heads.size) : noFold
    const groups: Write<Position>[] = fold.entries.map((each) => [each, null])
    if (to > group.after) groups.push([to, encodeEntry(to, group.heads)])
    const heads = fold.heads.map(([streamId, head]) => [streamId, encodeHead(head)] as const)
    const tagKeys = group.tagged.flatMap(({ event, tags: own }) =>
      tagKeysOf({ position: event.position, tags: own }),
    )
    const owners = [...group.claims].map(
      ([key, owner]) => [key, owner === null ? null : encodeOwner(key, owner)] as const,
    )
    const written = tables.environment.batch(() => {
      writeAll(tables.shapes, shapes)
      writeAll(tables.events, events)
      writeAll(tables.groups, groups)
      writeAll(tables.streams, heads)
      for (const key of tagKeys) void tables.tags.put(key, noBytes)
      writeAll(tables.claims, owners)
      for (const { streamId } of group.deletions) void tables.snapshots.remove(streamId)
    })
    await settled(tables.environment, written, 'LMDB could not commit')
    this.#recent.landed(fold)
    if (to > group.after) this.#recent.add(to, group.heads)
  }

  /** Whoever asks while it is under way waits for the same: each opening holds the log open until it is closed. */
  reopen(): Promise<void> {
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = null
    })
    return this.#reopening
  }

  readSnapshot(streamId: string): Buffer | undefined {
    return this.#tables.snapshots.getBinary(streamId)
  }

  async writeSnapshot(streamId: string, bytes: Buffer): Promise<void> {
    const { snapshots } = this.#tables
    const written = snapshots.put(streamId, bytes)
    await settled(snapshots, written, 'LMDB could not keep a snapshot')
  }

  async deleteSnapshot(streamId: string): Promise<void> {
    const { snapshots } = this.#tables
    await settled(snapshots, snapshots.remove(streamId), 'LMDB could not delete a snapshot')
  }

  async deleteSnapshots(): Promise<void> {
    const { snapshots } = this.#tables
    await settled(snapshots, snapshots.clearAsync(), 'LMDB could not delete the snapshots')
  }

  async close(): Promise<void> {
    await this.#reopening?.catch(ignore)
    this.#closing ??= this.#giveUp()
    await this.#closing
    await this.keys.close()
    failpoint('close.log')
    releaseLock(this.#parts.dataDir, this.epoch)
    failpoint('close.unlocked')
  }

  async #reopen(): Promise<void> {
    this.#closing ??= this.#tables.environment.close()
    await this.#closing
    const { dataDir, openAgain } = this.#parts
    const environment = await openAgain()
    try {
      if (!isOwnedIn(environment, this.epoch)) {
        throw new StoreStoppedError(`${dataDir} has a new owner`)
      }
      await this.keys.reopen()
      const tables = new LogTables(environment, this.keys)
      this.#recent = readRecentHeads(tables)
      this.#tables = tables
    } catch (error) {
      await environment.close()
      throw error
    }
    this.#closing = null
  }

  async #giveUp(): Promise<void> {
    const { environment } = this.#tables
    // A log that takes no more writes is given up by being closed.
    await giveUpOwnership(environment).catch(ignore)
    await environment.close()
  }
}

function ignore(): void {}

function tagKeysOf({ position, tags }: TagEntry): string[] {
  return tags.map((tag) => tagKey(tagPrefix(tag), position))
}

/** The records of a group as they lie together. */
function segmentsOf({ after, records, layout }: StagedGroup): Write<Position>[] {
  const { firsts } = layout
  return firsts.map((first, at) => {
    const next = firsts[at + 1] ?? after + records.length + 1
    return [first, encodeSegment(first, records, first - after - 1, next - after - 1)]
  })
}

/** The segments in which a deletion overwrites records. */
function rewrittenBy(tables: LogTables, { deletions }: StagedGroup): Write<Position>[] {
  if (deletions.length === 0) return []
  const segments = new Map<Position, Buffer[]>()
  tables.refresh()
  for (const [position, bytes] of deletions.flatMap(({ records }) => [...records])) {
    const { first, records } = tables.segmentWith(position)
    const rewritten = segments.get(first) ?? records
    rewritten[position - first] = bytes
    segments.set(first, rewritten)
  }
  tables.release()
  return [...segments].map(([first, records]) => [
    first,
    encodeSegment(first, records, 0, records.length),
  ])
}

/** Inside a batch: nothing in it may throw. */
function writeAll<Key extends number | string>(
  table: BytesTable<Key>,
  writes: readonly Write<Key>[],
): void {
  for (const [key, bytes] of writes) {
    if (bytes === null) void table.remove(key)
    else void table.put(key, bytes)
  }
}
