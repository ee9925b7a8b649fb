/** Tables as they lie on the disk, read with LMDB alone and no code of the runtime. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { open } from 'lmdb'

/** Entries of a table: key in hexadecimal, value as bytes. */
export type Entries = ReadonlyMap<string, Buffer>

export async function readRawTable(
  directory: string,
  environment: string,
  table: string,
): Promise<Entries> {
  const path = join(directory, environment)
  const bytes = { encoding: 'binary', keyEncoding: 'binary' } as const
  const root = open<Buffer, Buffer>({ path, noSubdir: false, readOnly: true, maxDbs: 64, ...bytes })
  const entries = [...root.openDB<Buffer, Buffer>({ name: table, ...bytes }).getRange()].map(
    ({ key, value }) => [key.toString('hex'), Buffer.from(value)] as const,
  )
  await root.close()
  return new Map(entries)
}

/** The rows of a table beside the log, each behind its checksum, which is checked. */
export async function readRawRows(
  directory: string,
  environment: string,
  table: string,
): Promise<Entries> {
  const entries = await readRawTable(directory, environment, table)
  return new Map(
    [...entries].map(([key, bytes]) => {
      const row = bytes.subarray(4)
      const checked = Buffer.concat([Buffer.from(table), Buffer.from(key, 'hex'), row])
      assert.equal(bytes.readUInt32BE(0), crc32(checked))
      return [key, row]
    }),
  )
}

/** The records of all segments, by position. */
export async function readRecords(directory: string): Promise<ReadonlyMap<number, Buffer>> {
  const records = new Map<number, Buffer>()
  for (const [key, segment] of await readRawTable(directory, 'log', 'events')) {
    const first = Number.parseInt(key, 16)
    for (const [at, record] of cutSegment(segment).records.entries())
      records.set(first + at, record)
  }
  return records
}

/** A segment, cut as its index says; the records are views of it. */
export function cutSegment(segment: Buffer): {
  readonly shapes: readonly number[]
  readonly records: readonly Buffer[]
} {
  const count = segment.readUInt16BE(4)
  const shapesAt = 8 + 4 * count
  const shapes = Array.from({ length: segment.readUInt16BE(6) }, (_each, at) =>
    segment.readUInt32BE(shapesAt + 4 * at),
  )
  const recordsAt = shapesAt + 4 * shapes.length
  const ends = Array.from({ length: count }, (_each, at) => segment.readUInt32BE(8 + 4 * at))
  assert.equal(recordsAt + ends.at(-1)!, segment.length)
  const records = ends.map((end, at) =>
    segment.subarray(recordsAt + (ends[at - 1] ?? 0), recordsAt + end),
  )
  return { shapes, records }
}

export function u64(value: number): string {
  return value.toString(16).padStart(16, '0')
}

/** A text as an element of a tuple key. */
export function text(value: string): string {
  return `06${Buffer.from(value).toString('hex')}00`
}

/** A number from 0 as an element of a tuple key. */
export function number(value: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  bytes[0]! |= 0x80
  return `05${bytes.toString('hex')}`
}
