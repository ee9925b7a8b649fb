/**
 * What a log says of itself, in `meta`: its format as a plain number, so that every version can read it; all else with
 * the checksum of a row.
 *
 * What the values mean and when they change is `log-owner.ts`.
 *
 * Invariant: a value that is not what was written, or was lost, is never taken for another one, nor made again.
 */

import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventValue } from '../../events/event.js'
import { DamagedTableError } from '../errors.js'
import type { BytesTable } from './environment.js'
import { decodeRow, encodeRow } from './table-row.js'

type Meta = BytesTable<string>

export interface MetaValues {
  readonly storeId: string
  readonly epoch: number
  /** The owner's process id; there is none once the log was given up. */
  readonly owner: number
}

const nameCrc = crc32('meta')

/** @returns `undefined`: the log has not been made; `null`: what is there is no number. */
export function readFormat(meta: Meta): number | null | undefined {
  try {
    const bytes = meta.getBinary('format')
    if (bytes === undefined) return undefined
    const format = decodeValue(bytes)
    return typeof format === 'number' ? format : null
  } catch {
    return null
  }
}

/** In a write transaction. */
export function writeFormat(meta: Meta, format: number): void {
  meta.putSync('format', encodeValue(format))
}

/**
 * @returns `undefined`: there is none.
 * @throws {DamagedTableError} DRAMATIS_DAMAGED_TABLE
 */
export function readMeta<N extends keyof MetaValues>(
  meta: Meta,
  name: N,
): MetaValues[N] | undefined {
  try {
    const bytes = meta.getBinary(name)
    if (bytes === undefined) return undefined
    return decodeRow(nameCrc, Buffer.from(name), bytes) as unknown as MetaValues[N]
  } catch (cause) {
    throw new DamagedTableError('meta', `${name} as ${(cause as Error).message}`, { cause })
  }
}

/**
 * What every log has that was made.
 *
 * @throws {DamagedTableError} DRAMATIS_DAMAGED_TABLE
 */
export function requireMeta<N extends keyof MetaValues>(meta: Meta, name: N): MetaValues[N] {
  const value = readMeta(meta, name)
  if (value === undefined) throw new DamagedTableError('meta', `no ${name}`)
  return value
}

/** In a write transaction. */
export function writeMeta<N extends keyof MetaValues>(
  meta: Meta,
  name: N,
  value: MetaValues[N] & EventValue,
): void {
  meta.putSync(name, encodeRow(nameCrc, Buffer.from(name), value))
}
