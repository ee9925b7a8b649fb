/**
 * Log storage in LMDB: `dataDir/log`, owned by one process through `dataDir/lock`.
 *
 * A group is one batch on LMDB's own writer thread: new shapes, records, heads, tags, claims. Everything is encoded
 * before the batch begins, because LMDB does not roll a batch back. `write` is called for one group
 * at a time. Runs per commit; `write` runs per event.
 */

import type { Position } from '../../events/event.js'
import { damageOf, recordedAtMsOf } from '../../events/record.js'
import type { Shape } from '../../events/shapes.js'
import type { ClaimEntry } from '../claims.js'
import type { StreamHead } from '../contracts.js'
import { StoreStoppedError } from '../errors.js'
import type { KeyVault } from '../keys/key-vault.js'
import type { LogStorage, LogTail, StagedGroup } from '../log-storage.js'
import { type TagEntry, tagPrefix } from '../tags.js'
import type { DiskSpace } from './disk-space.js'
import { type Environment, settled } from './environment.js'
import { holdsLock, releaseLock } from './lock.js'
import { encodeHead, encodeShape, LogTables, tagKey } from './log-tables.js'

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

export class LmdbLogStorage implements LogStorage {
  readonly storeId: string
  readonly epoch: number
  readonly keys: KeyVault
  readonly #parts: LogStorageParts
  #tables: LogTables
  /** Set once the environment is being closed; LMDB first finishes what it was given. */
  #closing: Promise<void> | null = null

  constructor(parts: LogStorageParts) {
    this.storeId = parts.storeId
    this.epoch = parts.epoch
    this.#parts = parts
    this.keys = parts.keys
    this.#tables = new LogTables(parts.environment, parts.keys)
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

  recordAt(position: Position): Buffer | undefined {
    return this.#tables.recordAt(position)
  }

  shapeAt(number: number): Shape | undefined {
    return this.#tables.shapeAt(number)
  }

  release(): void {
    this.#tables.release()
  }

  readStreamHead(streamId: string): StreamHead {
    return this.#tables.readStreamHead(streamId)
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
    await settled(written, 'LMDB could not keep tags')
  }

  assertRoom(): void {
    this.#parts.diskSpace.assertRoom()
  }

  async write(group: StagedGroup): Promise<void> {
    const { events, streams, shapes, snapshots, tags, claims, environment } = this.#tables
    const shapeBytes = group.shapes.map(encodeShape)
    const heads = [...group.heads].map(([streamId, head]) => [streamId, encodeHead(head)] as const)
    const tagKeys = group.tagged.flatMap(({ event, tags: own }) =>
      tagKeysOf({ position: event.position, tags: own }),
    )
    const owners = [...group.claims].map(
      ([key, owner]) => [key, owner === null ? null : Buffer.from(owner)] as const,
    )
    const written = environment.batch(() => {
      for (let at = 0; at < shapeBytes.length; at++) {
        void shapes.put(group.shapes[at]!.number, shapeBytes[at]!)
      }
      let position = group.after
      for (const bytes of group.records) void events.put(++position, bytes)
      for (const [streamId, bytes] of heads) void streams.put(streamId, bytes)
      for (const key of tagKeys) void tags.put(key, noBytes)
      for (const [key, owner] of owners)
        void (owner === null ? claims.remove(key) : claims.put(key, owner))
      for (const { streamId, records } of group.deletions) {
        for (const [earlier, bytes] of records) void events.put(earlier, bytes)
        void snapshots.remove(streamId)
      }
    })
    await settled(written, 'LMDB could not commit')
  }

  async reopen(): Promise<void> {
    this.#closing ??= this.#tables.environment.close()
    await this.#closing
    const { dataDir, openAgain } = this.#parts
    if (!holdsLock(dataDir, this.epoch)) throw new StoreStoppedError(`${dataDir} has a new owner`)
    await this.keys.reopen()
    this.#tables = new LogTables(await openAgain(), this.keys)
    this.#closing = null
  }

  readSnapshot(streamId: string): Buffer | undefined {
    return this.#tables.snapshots.getBinary(streamId)
  }

  async writeSnapshot(streamId: string, bytes: Buffer): Promise<void> {
    await settled(this.#tables.snapshots.put(streamId, bytes), 'LMDB could not keep a snapshot')
  }

  async deleteSnapshot(streamId: string): Promise<void> {
    const { snapshots } = this.#tables
    await settled(snapshots.remove(streamId), 'LMDB could not delete a snapshot')
  }

  async deleteSnapshots(): Promise<void> {
    await settled(this.#tables.snapshots.clearAsync(), 'LMDB could not delete the snapshots')
  }

  async close(): Promise<void> {
    this.#closing ??= this.#tables.environment.close()
    await this.#closing
    await this.keys.close()
    releaseLock(this.#parts.dataDir, this.epoch)
  }
}

function tagKeysOf({ position, tags }: TagEntry): string[] {
  return tags.map((tag) => tagKey(tagPrefix(tag), position))
}
