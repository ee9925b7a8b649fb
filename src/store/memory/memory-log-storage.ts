/**
 * Log storage in memory: records as bytes, so that what is read has gone through the codec.
 *
 * It keeps everything until it is closed. Nothing survives the process; "durable" means written here.
 */

import type { Position } from '../../events/event.js'
import { recordedAtMsOf } from '../../events/record.js'
import { type Shape, ShapeTable } from '../../events/shapes.js'
import type { StreamHead } from '../contracts.js'
import type { KeyVault } from '../keys/key-vault.js'
import { type LogStorage, type LogTail, noStream, type StagedGroup } from '../log-storage.js'

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

  constructor(storeId: string, keys: KeyVault) {
    this.storeId = storeId
    this.keys = keys
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

  assertRoom(): void {}

  /** Writes in a later turn, like a disk would: nothing staged can be read at once by accident. */
  async write(group: StagedGroup): Promise<void> {
    await Promise.resolve()
    for (const shape of group.shapes) this.#shapes.push(shape)
    for (const bytes of group.records) this.#records.push(bytes)
    for (const [streamId, head] of group.heads) this.#heads.set(streamId, head)
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

  async close(): Promise<void> {
    this.#records = []
    this.#shapes = []
    this.#heads.clear()
    this.#snapshots.clear()
    await this.keys.close()
  }
}
