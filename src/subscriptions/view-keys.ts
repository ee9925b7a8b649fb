/**
 * The tables of a view, and how its rows and index entries are keyed.
 *
 *   rows     [id]                      the row
 *   indexes  [index name, ...parts, id]  null
 *   meta     ['cursor']                position up to which events have taken effect
 *
 * Pure. Dates sort by their time; `undefined` counts as null.
 */

import { types } from 'node:util'
import { InvalidArgumentError } from '../base/errors.js'
import { copyOfArray } from '../base/options.js'
import type { IndexPart } from '../define/projector.js'
import { type KeyPart, keyBytesMax, type TableKey } from '../store/tables.js'

export const viewTables = ['rows', 'indexes', 'meta'] as const

/** True for the rows of a view, whatever their version and generation. */
export function isDirectoryOf(directory: string, name: string): boolean {
  return directory.startsWith(`${name}@`)
}

const rowIdBytesMax = 512

/** The directory of a view's rows: `OrderSummary@1`, and `OrderSummary@1.2` once rebuilt twice. */
export function viewDirectoryOf(name: string, version: number, generation: number): string {
  return generation === 0 ? `${name}@${version}` : `${name}@${version}.${generation}`
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseRowId(id: unknown): string {
  const fits =
    typeof id === 'string' &&
    id.length > 0 &&
    Buffer.byteLength(id) <= rowIdBytesMax &&
    id.isWellFormed() &&
    !id.includes('\0')
  if (fits) return id
  throw new InvalidArgumentError(
    'a row id',
    `a well-formed string of 1 to ${rowIdBytesMax} bytes without NUL`,
    id,
  )
}

/** Where a row stands in an index. */
export function indexEntryKey(index: string, parts: readonly IndexPart[], id: string): TableKey {
  return [index, ...parts.map(toKeyPart), id]
}

/** The parts of a key, each read once; `undefined`: it is no list, or has more than any key: each takes a byte. */
export function parseIndexParts(key: unknown): readonly IndexPart[] | undefined {
  return copyOfArray<IndexPart>(key, keyBytesMax)
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT for what has no order */
export function toKeyPart(part: IndexPart): KeyPart {
  if (part === undefined || part === null) return null
  const value = types.isDate(part) ? Date.prototype.getTime.call(part) : part
  const isSortable =
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value)) ||
    (typeof value === 'string' && value.isWellFormed() && !value.includes('\0'))
  if (isSortable) return value
  throw new InvalidArgumentError(
    'a part of an index key',
    'a finite number, a boolean, a valid Date, null or a well-formed string without NUL',
    part,
  )
}

/** True when two entries are the same one. */
export function isSameKey(one: TableKey | null, other: TableKey | null): boolean {
  if (one === null || other === null) return one === other
  return one.length === other.length && one.every((part, at) => part === other[at])
}
