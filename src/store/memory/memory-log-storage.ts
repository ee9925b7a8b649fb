/**
 * Log storage in memory: records as bytes, so that what is read has gone through the codec.
 *
 * It keeps everything until it is closed. Nothing survives the process; "durable" means written here.
 */

import type { Position } from '../../events/event.js'
import { recordedAtMsOf } from '../../events/record.js'
import { type Shape, ShapeTable } from '../../events/shapes.js'
import type { ClaimEntry } from '../claims.js'
import type { StreamHead } from '../contracts.js'
import { KeyVault, vaultTables } from '../keys/key-vault.js'
import { MemorySlots } from '../keys/memory-slots.js'
import { type LogStorage, type LogTail, noStream, type StagedGroup } from '../log-storage.js'
import type { TableDatabase } from '../tables.js'
import type { TagEntry } from '../tags.js'
import { openMemoryTables } from './memory-tables.js'

export class MemoryLogStorage implements LogStorage {
  readonly storeId: string
  readonly epoch = 1
  readonly keys: KeyVault
  /** Index = position - 1. */
  #records: Buffer[] = []
  /** Index = shape number - 1. */
  #shapes: Shape[] = []
  readonly #heads = new Map<string, StreamHead>()
  readonly #snapshots = new Map<string, Buffer>()
  /** Positions of each tag, in order. */
  readonly #tags = new Map<string, Position[]>()
  readonly #claims = new Map<string, string>()

  private constructor(storeId: string, keys: KeyVault) {
    this.storeId = storeId
    this.keys = keys
  }

  static async open(storeId: string): Promise<MemoryLogStorage> {
    const tables = openMemoryTables(vaultTables)
    const slots = new MemorySlots()
    const openTables = async (): Promise<TableDatabase> => tables
    return new MemoryLogStorage(storeId, await KeyVault.open({ slots, openTables, exists: false }))
  }

  readTail(): LogTail {
    const shapes = new ShapeTable()
    shapes.load(this.#shapes)
    const last = this.#records.at(-1)
    return {
      head: this.#records.length,
      recordedAtMs: last === undefined ? 0 : recordedAtMsOf(last),
      shapes,
    }
  }

  refresh(): void {}

  readHead(): Position {
    return this.#records.length
  }

  recordAt(position: Position): Buffer | undefined {
    return this.#records[position - 1]
  }

  shapeAt(number: number): Shape | undefined {
    return this.#shapes[number - 1]
  }

  release(): void {}

  readStreamHead(streamId: string): StreamHead {
    return this.#heads.get(streamId) ?? noStream
  }

  taggedPositions(tag: string, after: Position, to: Position): readonly Position[] {
    const positions = this.#tags.get(tag) ?? []
    const last = positions.findLastIndex((position) => position <= to)
    const before = positions.findLastIndex((position) => position <= after)
    return positions.slice(before + 1, last + 1)
  }

  readClaimOwner(key: string): string | undefined {
    return this.#claims.get(key)
  }

  readClaims(prefix: string, after: string | undefined, limit: number): readonly ClaimEntry[] {
    const keys = [...this.#claims.keys()].filter(
      (key) => key.startsWith(prefix) && (after === undefined || key > after),
    )
    return keys
      .sort()
      .slice(0, limit)
      .map((key) => ({ key, owner: this.#claims.get(key)! }))
  }

  async writeTags(entries: readonly TagEntry[]): Promise<void> {
    await Promise.resolve()
    for (const entry of entries) this.#tag(entry)
  }

  assertRoom(): void {}

  /** Writes in a later turn, like a disk would: nothing staged can be read at once by accident. */
  async write(group: StagedGroup): Promise<void> {
    await Promise.resolve()
    for (const shape of group.shapes) this.#shapes.push(shape)
    for (const bytes of group.records) this.#records.push(bytes)
    for (const [streamId, head] of group.heads) this.#heads.set(streamId, head)
    for (const { event, tags } of group.tagged) this.#tag({ position: event.position, tags })
    for (const [key, owner] of group.claims) {
      if (owner === null) this.#claims.delete(key)
      else this.#claims.set(key, owner)
    }
    for (const { streamId, records } of group.deletions) {
      for (const [position, bytes] of records) this.#records[position - 1] = bytes
      this.#snapshots.delete(streamId)
    }
  }

  async reopen(): Promise<void> {}

  readSnapshot(streamId: string): Buffer | undefined {
    return this.#snapshots.get(streamId)
  }

  async writeSnapshot(streamId: string, bytes: Buffer): Promise<void> {
    this.#snapshots.set(streamId, bytes)
  }

  async deleteSnapshot(streamId: string): Promise<void> {
    this.#snapshots.delete(streamId)
  }

  async deleteSnapshots(): Promise<void> {
    this.#snapshots.clear()
  }

  async close(): Promise<void> {
    this.#records = []
    this.#shapes = []
    this.#heads.clear()
    this.#snapshots.clear()
    this.#tags.clear()
    this.#claims.clear()
    await this.keys.close()
  }

  /** New events have the highest positions; older ones come when an index is filled later. */
  #tag({ position, tags }: TagEntry): void {
    for (const tag of tags) {
      const positions = this.#tags.get(tag) ?? []
      this.#tags.set(tag, positions)
      const before = positions.findLastIndex((each) => each <= position)
      if (positions[before] !== position) positions.splice(before + 1, 0, position)
    }
  }
}
