/**
 * Log storage in memory: records as bytes, so that what is read has gone through the codec.
 *
 * Everything lies on a `MemoryDisk`, and "durable" means written there; closing leaves it as it is.
 */

import type { Position } from '../../events/event.js'
import { recordedAtMsOf } from '../../events/record.js'
import { type Shape, ShapeTable } from '../../events/shapes.js'
import type { ClaimEntry } from '../claims.js'
import { KeyVault, vaultTables } from '../keys/key-vault.js'
import { MemorySlots } from '../keys/memory-slots.js'
import {
  type ChainHead,
  type LogStorage,
  type LogTail,
  noStream,
  type StagedGroup,
} from '../log-storage.js'
import type { TagEntry } from '../tags.js'
import type { DiskAccess } from './disk-access.js'
import type { MemoryDisk } from './memory-disk.js'
import { openDiskTables } from './memory-tables.js'

const keysName = 'keys'

export class MemoryLogStorage implements LogStorage {
  readonly storeId: string
  readonly epoch: number
  readonly keys: KeyVault
  readonly #disk: MemoryDisk
  readonly #access: DiskAccess

  private constructor(
    { storeId, epoch }: { readonly storeId: string; readonly epoch: number },
    keys: KeyVault,
    disk: MemoryDisk,
    access: DiskAccess,
  ) {
    this.storeId = storeId
    this.epoch = epoch
    this.keys = keys
    this.#disk = disk
    this.#access = access
  }

  /** Opens the log of a disk, which is a write: the epoch rises. @param storeId - Of a new one. */
  static async open(
    disk: MemoryDisk,
    access: DiskAccess,
    storeId: string,
  ): Promise<MemoryLogStorage> {
    let taken = { storeId, epoch: 0 }
    await access.write('log', () => {
      taken = disk.take(storeId)
    })
    const keys = await KeyVault.open({
      slots: new MemorySlots(disk.slots, access),
      openTables: () => openDiskTables(disk, keysName, vaultTables, access),
      exists: disk.database(keysName) !== undefined,
    })
    return new MemoryLogStorage(taken, keys, disk, access)
  }

  readTail(): LogTail {
    this.refresh()
    const { records, shapes: stored } = this.#disk.log
    const shapes = new ShapeTable()
    shapes.load(stored)
    const last = records.at(-1)
    return {
      head: records.length,
      recordedAtMs: last === undefined ? 0 : recordedAtMsOf(last),
      shapes,
    }
  }

  /** Whoever reads records calls it first; the other reads call it themselves. */
  refresh(): void {
    this.#access.assertReadable()
  }

  readHead(): Position {
    return this.#disk.log.records.length
  }

  recordAt(position: Position): Buffer | undefined {
    return this.#disk.log.records[position - 1]
  }

  runAt(): undefined {
    return undefined
  }

  shapeAt(number: number): Shape | undefined {
    return this.#disk.log.shapes[number - 1]
  }

  release(): void {}

  readStreamHead(streamId: string): ChainHead {
    this.refresh()
    return this.#disk.log.heads.get(streamId) ?? noStream
  }

  taggedPositions(tag: string, after: Position, to: Position): readonly Position[] {
    this.refresh()
    const positions = this.#disk.log.tags.get(tag) ?? []
    const last = positions.findLastIndex((position) => position <= to)
    const before = positions.findLastIndex((position) => position <= after)
    return positions.slice(before + 1, last + 1)
  }

  readClaimOwner(key: string): string | undefined {
    this.refresh()
    return this.#disk.log.claims.get(key)
  }

  readClaims(prefix: string, after: string | undefined, limit: number): readonly ClaimEntry[] {
    this.refresh()
    const { claims } = this.#disk.log
    const keys = [...claims.keys()].filter(
      (key) => key.startsWith(prefix) && (after === undefined || key > after),
    )
    return keys
      .sort()
      .slice(0, limit)
      .map((key) => ({ key, owner: claims.get(key)! }))
  }

  writeTags(entries: readonly TagEntry[]): Promise<void> {
    return this.#access.write('tags', () => {
      for (const entry of entries) this.#disk.log.addTags(entry)
    })
  }

  assertRoom(): void {}

  async readRoom(): Promise<null> {
    return null
  }

  readReaders(): null {
    return null
  }

  write(group: StagedGroup): Promise<void> {
    return this.#access.write('log', () => this.#disk.log.add(group))
  }

  async reopen(): Promise<void> {}

  readSnapshot(streamId: string): Buffer | undefined {
    this.refresh()
    return this.#disk.log.snapshots.get(streamId)
  }

  writeSnapshot(streamId: string, bytes: Buffer): Promise<void> {
    return this.#access.write('snapshots', () => this.#disk.log.snapshots.set(streamId, bytes))
  }

  deleteSnapshot(streamId: string): Promise<void> {
    return this.#access.write('snapshots', () => this.#disk.log.snapshots.delete(streamId))
  }

  deleteSnapshots(): Promise<void> {
    return this.#access.write('snapshots', () => this.#disk.log.snapshots.clear())
  }

  async close(): Promise<void> {
    await this.keys.close()
    this.#access.release()
  }
}
